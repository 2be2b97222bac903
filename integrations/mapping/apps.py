from django.apps import AppConfig


class MappingConfig(AppConfig):
    name = "integrations.mapping"
    label = "mapping"
    verbose_name = "Field mappings"
