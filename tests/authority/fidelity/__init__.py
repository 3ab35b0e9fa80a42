"""The practice tenant's answers beside recorded ones of Microsoft Entra ID and Microsoft Graph: recorded.json holds them."""
