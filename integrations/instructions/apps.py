from django.apps import AppConfig


class InstructionsConfig(AppConfig):
    name = "integrations.instructions"
    label = "instructions"
    verbose_name = "Payment instructions"
