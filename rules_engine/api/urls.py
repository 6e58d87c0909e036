"""Rule sets under `/api/v1/`, and the schemas of the language under `/api/schema/`."""

from django.urls import path

from rules_engine.api import views

urlpatterns = [
    path("rulesets/", views.RuleSets.as_view(), name="rulesets"),
    path("rulesets/<slug:slug>/versions/", views.Versions.as_view(), name="ruleset-versions"),
    path("rulesets/<slug:slug>/versions/<int:number>/", views.Version.as_view(), name="ruleset-version"),
    path("rulesets/<slug:slug>/validate/", views.Validate.as_view(), name="ruleset-validate"),
    path("rulesets/<slug:slug>/publish/", views.Publish.as_view(), name="ruleset-publish"),
    path("rulesets/<slug:slug>/rollback/", views.RollBack.as_view(), name="ruleset-rollback"),
]

schema_urlpatterns = [
    path("rules.json", views.RulesSchema.as_view(), name="rules-schema"),
    path("conformance.json", views.ConformanceSchema.as_view(), name="conformance-schema"),
]
