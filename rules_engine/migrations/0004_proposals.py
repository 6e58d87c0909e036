"""What was asked to be published, and the guard that lets nothing else be."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit.append_only import AppendOnly
from rules_engine.lifecycle_guard import LifecycleGuard


class Migration(migrations.Migration):

    dependencies = [
        ('rules_engine', '0003_lists_and_presence'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('IN_REVIEW', 'In review'), ('APPROVED', 'Approved'), ('SCHEDULED', 'Scheduled'), ('PUBLISHED', 'Published'), ('REJECTED', 'Rejected'), ('WITHDRAWN', 'Withdrawn'), ('VOID', 'Void: the draft was changed'), ('FAILED', 'Could not be published')], default='IN_REVIEW', max_length=10)),
                ('document', models.JSONField()),
                ('content_hash', models.CharField(max_length=64)),
                ('is_emergency', models.BooleanField(default=False)),
                ('comment', models.TextField()),
                ('author_label', models.CharField(max_length=200)),
                ('contributors', models.JSONField()),
                ('sent_at', models.DateTimeField()),
                ('reviewer_label', models.CharField(blank=True, max_length=200)),
                ('review_comment', models.TextField(blank=True)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('publish_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('failure', models.TextField(blank=True)),
                ('confirmed_label', models.CharField(blank=True, max_length=200)),
                ('confirmation', models.TextField(blank=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to=settings.AUTH_USER_MODEL)),
                ('based_on', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposed_changes', to='rules_engine.rulesetversion')),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('restored_from', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposed_returns', to='rules_engine.rulesetversion')),
                ('reviewer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reviewed_proposals', to=settings.AUTH_USER_MODEL)),
                ('ruleset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='rules_engine.ruleset', verbose_name='rule set')),
                ('scheduler', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-sent_at', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='rulesetversion',
            name='proposal',
            field=models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='version', to='rules_engine.proposal'),
        ),
        migrations.CreateModel(
            name='RuleComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule_id', models.CharField(max_length=80, verbose_name='rule')),
                ('text', models.TextField()),
                ('author_label', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rule_comments', to=settings.AUTH_USER_MODEL)),
                ('proposal', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='rules_engine.proposal')),
                ('ruleset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='rules_engine.ruleset', verbose_name='rule set')),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('RUNNING', 'Watching'), ('ALARMED', 'Worse than before'), ('KEPT', 'Kept in spite of it'), ('OVER', 'Over')], default='RUNNING', max_length=8)),
                ('ends_at', models.DateTimeField()),
                ('next_at', models.DateTimeField()),
                ('before', models.JSONField()),
                ('since', models.JSONField(null=True)),
                ('worse', models.JSONField(default=list)),
                ('kept_label', models.CharField(blank=True, max_length=200)),
                ('kept_because', models.TextField(blank=True)),
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='watch', to='rules_engine.rulesetversion')),
            ],
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(condition=models.Q(('state', 'SCHEDULED')), fields=['publish_at'], name='proposal_due'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.UniqueConstraint(condition=models.Q(('restored_from__isnull', True), ('state__in', ['IN_REVIEW', 'APPROVED', 'SCHEDULED'])), fields=('ruleset',), name='proposal_one_open_of_a_draft'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.UniqueConstraint(condition=models.Q(('is_emergency', False), ('restored_from__isnull', False), ('state__in', ['IN_REVIEW', 'APPROVED', 'SCHEDULED'])), fields=('ruleset',), name='proposal_one_open_roll_back'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('reviewer__isnull', True), models.Q(('reviewer', models.F('author')), _negated=True), _connector='OR'), name='proposal_author_is_not_approver'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('author')), _negated=True), _connector='OR'), name='proposal_author_does_not_confirm'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['APPROVED', 'SCHEDULED', 'PUBLISHED']), _negated=True), ('reviewer__isnull', False), ('is_emergency', True), _connector='OR'), name='proposal_second_person'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('is_emergency', False), ('restored_from__isnull', False), _connector='OR'), name='proposal_emergency_goes_back'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'SCHEDULED'), _negated=True), models.Q(('publish_at__isnull', False), ('scheduler__isnull', False)), _connector='OR'), name='proposal_scheduled_for_an_instant'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'REJECTED'), _negated=True), models.Q(('review_comment', ''), _negated=True), _connector='OR'), name='proposal_rejected_with_reason'),
        ),
        migrations.AddIndex(
            model_name='watch',
            index=models.Index(condition=models.Q(('state__in', ['RUNNING', 'ALARMED'])), fields=['next_at'], name='watch_due'),
        ),
        AppendOnly("rules_engine_rulesetversion"),  # SQLite has rebuilt the table, without its triggers
        LifecycleGuard(),
    ]
