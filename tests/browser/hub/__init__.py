"""The course on a workshop's hub: a real JupyterHub with jupyter-server-proxy, notebooks and sign-in pages in chromium."""
