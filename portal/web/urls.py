"""The addresses of the screens."""

from __future__ import annotations

from allauth.account import views as entrance
from django.urls import path, re_path

from portal.web import (
    agents,
    backfills,
    calibration,
    chargebacks,
    connections,
    exceptions,
    front,
    gl_rules,
    keys,
    mapping,
    members,
    payments,
    places,
    policy,
    profile,
    site,
    today,
    worksheet,
)

# Only the parts of allauth that have a page of ours.
_ENTRANCE = [
    path("account/sign-in/", entrance.login, name="account_login"),
    path("account/sign-out/", entrance.logout, name="account_logout"),
    path("account/sign-up/", entrance.signup, name="account_signup"),
    path("account/closed/", entrance.account_inactive, name="account_inactive"),
    path("account/password/", entrance.password_change, name="account_change_password"),
    path("account/password/set/", entrance.password_set, name="account_set_password"),
    path("account/password/reset/", entrance.password_reset, name="account_reset_password"),
    path(
        "account/password/reset/sent/",
        entrance.password_reset_done,
        name="account_reset_password_done",
    ),
    path(
        "account/password/reset/changed/",
        entrance.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        entrance.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]

_FRONT = [
    path("", front.front, name="front"),
    path("companies/new/", front.new_company, name="new_company"),
    path("join/<str:token>/", front.invitation, name="invitation"),
    path("account/", front.account, name="account"),
]

_COMPANY = [
    ("", today.today, "today"),
    ("live/", today.today_live, "today_live"),
    ("environment/", places.switch_environment, "switch_environment"),
    ("payments/", payments.payments, "payments"),
    ("payments.csv", payments.payments_csv, "payments_csv"),
    ("payments/<str:effect_id>/", payments.payment, "payment"),
    ("chargebacks/", chargebacks.chargebacks, "chargebacks"),
    ("chargebacks/record/", chargebacks.chargeback_record, "chargeback_record"),
    ("chargebacks/upload/", chargebacks.chargeback_upload, "chargeback_upload"),
    ("exceptions/", exceptions.inbox, "exceptions"),
    ("exceptions/retry/", exceptions.retry_all, "exceptions_retry"),
    ("exceptions/<str:case_id>/<str:offer>/", exceptions.decide, "exception_decide"),
    ("worksheet/", worksheet.page, "worksheet"),
    ("worksheet.csv", worksheet.as_csv, "worksheet_csv"),
    ("worksheet/do/", worksheet.worksheet_do, "worksheet_do"),
    ("connections/", connections.connections, "connections"),
    ("connections/add/paytrace/", connections.add_paytrace, "add_paytrace"),
    ("connections/add/sage-pro/", connections.add_sagepro, "add_sagepro"),
    ("connections/add/agent/", agents.add_agent_company, "add_agent_company"),
    ("connections/<str:connection_id>/", connections.connection, "connection"),
    ("connections/<str:connection_id>/agent/", agents.agent, "agent"),
    ("connections/<str:connection_id>/agent/<str:deed>/", agents.agent_do, "agent_do"),
    ("connections/<str:connection_id>/test-result/", connections.connection_test,
     "connection_test"),
    ("connections/<str:connection_id>/past-days/<str:backfill_id>/", backfills.backfill,
     "backfill"),
    ("connections/<str:connection_id>/past-days/<str:backfill_id>/do/<str:what>/",
     backfills.backfill_do, "backfill_do"),
    ("connections/<str:connection_id>/do/<str:what>/", connections.connection_do,
     "connection_do"),
    ("connections/<str:connection_id>/rights/<str:product>/", site.rights_script,
     "rights_script"),
    ("connections/<str:connection_id>/posting-profile/", profile.posting_profile,
     "posting_profile"),
    ("connections/<str:connection_id>/posting-profile/<int:version>/", profile.profile_version,
     "profile_version"),
    ("connections/<str:connection_id>/posting-profile/<int:version>/restore/",
     profile.profile_restore, "profile_restore"),
    ("connections/<str:connection_id>/calibration/", calibration.calibration, "calibration"),
    ("connections/<str:connection_id>/calibration/progress/", calibration.calibration_progress,
     "calibration_progress"),
    ("connections/<str:connection_id>/calibration/do/<str:what>/", calibration.calibration_do,
     "calibration_do"),
    ("mapping/", mapping.mapping, "mapping"),
    ("mapping/preview/", mapping.mapping_preview, "mapping_preview"),
    ("gl-rules/", gl_rules.gl_rules, "gl_rules"),
    ("gl-rules/preview/", gl_rules.gl_rules_preview, "gl_rules_preview"),
    ("posting-policy/", policy.policy, "policy"),
    ("members/", members.members, "members"),
    ("members/invite/", members.invite, "member_invite"),
    ("members/invitations/<str:invitation_id>/withdraw/", members.invitation_withdraw,
     "invitation_withdraw"),
    ("members/<str:membership_id>/role/", members.member_role, "member_role"),
    ("members/<str:membership_id>/remove/", members.member_remove, "member_remove"),
    ("keys/", keys.keys, "keys"),
    ("keys/create/", keys.key_create, "key_create"),
    ("keys/<str:key_id>/revoke/", keys.key_revoke, "key_revoke"),
]  # fmt: skip

urlpatterns = [
    *_FRONT,
    *_ENTRANCE,
    *(path(f"t/<slug:slug>/{route}", view, name=name) for route, view, name in _COMPANY),
]
