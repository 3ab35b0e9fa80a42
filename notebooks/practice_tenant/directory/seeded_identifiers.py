"""The identifiers of what a new practice tenant holds. They are constants and no secrets: notebooks can show them."""

TENANT_ID = "7a1c0e52-3f0d-4f6e-9a57-2b8d6c1e4f90"
TENANT_DOMAIN = "practice.example"
# What Microsoft would have named the tenant: <name>.onmicrosoft.com, and hosts of its own (customers.py).
TENANT_NAME = "practice"
OTHER_TENANT_ID = "c4d9b1a7-58e2-4c3b-8f16-0e7a92d35b68"
# The documentation's own example of another organisation: a name that exists in the cloud too.
OTHER_TENANT_DOMAIN = "contoso.com"

DAEMON_CLIENT_ID = "2f8e6a10-94b7-4d2c-a3e5-71c0d9b8f642"
DESKTOP_CLIENT_ID = "91d3c7b4-0a6f-4e58-b2c9-5d47e8f1a036"
RECORDS_API_CLIENT_ID = "d60b5f29-c813-4a7e-9e04-38a2f6b7c15d"
RECORDS_API_URI = f"api://{RECORDS_API_CLIENT_ID}"
RECORDS_READ_ALL = "3c9f7e21-6b40-4d8a-95e3-f01b8c2d7a64"
RECORDS_WRITE_ALL = "8e52d0b6-17ca-4f93-8d6b-c74a3e90f125"
ADMINISTRATOR_CLIENT_ID = "e7b49c03-52d1-4b6f-8a90-1f6d3c85e2b7"
MULTI_TENANT_DESKTOP_CLIENT_ID = "0c3b7e91-d46a-4f58-9b02-e5a8c17d6f34"
CUSTOMER_CLIENT_ID = "5b27e8f0-69c4-4a13-8d5e-a0f4c7b1932d"
MULTI_TENANT_CLIENT_ID = "b05a8d17-e3f6-4c92-a74b-69c1f2d0e583"

DAEMON_ACCESS = "b82f6c13-7e05-4d9a-a1c4-90d3e57f2b68"
RECORDS_ACCESS = "5a0e94c7-2d81-4b63-9f1a-e8c6370b5d24"
