from django.apps import AppConfig


class PostingConfig(AppConfig):
    name = "integrations.posting"
    label = "posting"
    verbose_name = "Effects and the ledger"
