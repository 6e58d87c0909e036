"""Rule sets under `/api/v1/`, and the schemas of the language under `/api/schema/`."""

from django.urls import path

from rules_engine.api import drafts, exchange, law, lifecycle, lists, tables, views, watching

urlpatterns = [
    path("lists/", lists.Lists.as_view(), name="lists"),
    path("lists/<slug:slug>/", lists.OneList.as_view(), name="list"),
    path("law/", law.Law.as_view(), name="law"),
    path("rulesets/", views.RuleSets.as_view(), name="rulesets"),
    path("rulesets/<slug:slug>/", views.OneRuleSet.as_view(), name="ruleset"),
    path("rulesets/<slug:slug>/draft/", drafts.Draft.as_view(), name="ruleset-draft"),
    path("rulesets/<slug:slug>/export/", exchange.Export.as_view(), name="ruleset-export"),
    path("rulesets/<slug:slug>/import/", exchange.Import.as_view(), name="ruleset-import"),
    path("rulesets/<slug:slug>/import/preview/", exchange.PreviewImport.as_view(), name="ruleset-import-preview"),
    path("rulesets/<slug:slug>/rules/", drafts.Rules.as_view(), name="ruleset-rules"),
    path("rulesets/<slug:slug>/rules/<str:rule_id>/", drafts.OneRule.as_view(), name="ruleset-rule"),
    path("rulesets/<slug:slug>/rules/<str:rule_id>/move/", drafts.Move.as_view(), name="ruleset-rule-move"),
    path("rulesets/<slug:slug>/rules/<str:rule_id>/mute/", drafts.Mute.as_view(), name="ruleset-rule-mute"),
    path("rulesets/<slug:slug>/rules/<str:rule_id>/table.csv", tables.CsvTable.as_view(), name="ruleset-table-csv"),
    path("rulesets/<slug:slug>/rules/<str:rule_id>/table.xlsx", tables.XlsxTable.as_view(), name="ruleset-table-xlsx"),
    path(
        "rulesets/<slug:slug>/rules/<str:rule_id>/table/preview/",
        tables.PreviewTable.as_view(),
        name="ruleset-table-preview",
    ),
    path(
        "rulesets/<slug:slug>/rules/<str:rule_id>/table/import/",
        tables.ImportTable.as_view(),
        name="ruleset-table-import",
    ),
    path("rulesets/<slug:slug>/rules/<str:rule_id>/confirm/", law.Confirm.as_view(), name="rule-confirm"),
    path("rulesets/<slug:slug>/versions/", views.Versions.as_view(), name="ruleset-versions"),
    path("rulesets/<slug:slug>/versions/<int:number>/", views.Version.as_view(), name="ruleset-version"),
    path("rulesets/<slug:slug>/validate/", views.Validate.as_view(), name="ruleset-validate"),
    path("rulesets/<slug:slug>/lint/", views.Judge.as_view(), name="ruleset-lint"),
    path("rulesets/<slug:slug>/submit/", lifecycle.Submit.as_view(), name="ruleset-submit"),
    path("rulesets/<slug:slug>/proposals/", lifecycle.Proposals.as_view(), name="ruleset-proposals"),
    path("rulesets/<slug:slug>/proposals/<int:number>/", lifecycle.OneProposal.as_view(), name="ruleset-proposal"),
    path("rulesets/<slug:slug>/approve/", lifecycle.Approve.as_view(), name="ruleset-approve"),
    path("rulesets/<slug:slug>/reject/", lifecycle.Reject.as_view(), name="ruleset-reject"),
    path("rulesets/<slug:slug>/withdraw/", lifecycle.Withdraw.as_view(), name="ruleset-withdraw"),
    path("rulesets/<slug:slug>/publish/", lifecycle.Publish.as_view(), name="ruleset-publish"),
    path("rulesets/<slug:slug>/schedule/", lifecycle.Schedule.as_view(), name="ruleset-schedule"),
    path("rulesets/<slug:slug>/rollback/", lifecycle.RollBack.as_view(), name="ruleset-rollback"),
    path("rulesets/<slug:slug>/confirm/", lifecycle.Confirm.as_view(), name="ruleset-confirm"),
    path("rulesets/<slug:slug>/watch/", watching.Watch.as_view(), name="ruleset-watch"),
    path("rulesets/<slug:slug>/watch/keep/", watching.Keep.as_view(), name="ruleset-watch-keep"),
    path("rulesets/<slug:slug>/compare/", lifecycle.Compare.as_view(), name="ruleset-compare"),
    path("rulesets/<slug:slug>/comments/", lifecycle.Comments.as_view(), name="ruleset-comments"),
]

schema_urlpatterns = [
    path("rules.json", views.RulesSchema.as_view(), name="rules-schema"),
    path("conformance.json", views.ConformanceSchema.as_view(), name="conformance-schema"),
]
