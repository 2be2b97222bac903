from django.apps import AppConfig


class AccountingConfig(AppConfig):
    name = "integrations.accounting"
    label = "accounting"
    verbose_name = "GL accounts and rules"
