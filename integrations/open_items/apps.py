from django.apps import AppConfig


class OpenItemsConfig(AppConfig):
    name = "integrations.open_items"
    label = "open_items"
    verbose_name = "Open invoices"
