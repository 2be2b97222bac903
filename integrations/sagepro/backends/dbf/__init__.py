"""The Visual FoxPro edition: live tables are only read, and only our staging tables written."""
