"""How the tables of state.sqlite came to be, step by step.

A step that was released is never edited: what is new is a new step at the end. Step n
brings `pragma user_version` from n - 1 to n.
"""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        create table sign_offs (
            snapshot integer not null,
            by varchar not null,
            at datetime not null,
            note varchar,
            primary key (snapshot, by)
        )
        """,
        """
        create table notes (
            id integer not null primary key autoincrement,
            metric varchar not null,
            segment varchar,
            day date not null,
            text varchar not null,
            kind varchar not null check (kind in ('note', 'rebaseline')),
            by varchar not null,
            at datetime not null,
            withdrawn_at datetime,
            withdrawn_by varchar,
            check ((withdrawn_at is null) = (withdrawn_by is null))
        )
        """,
        "create index notes_by_metric on notes (metric, day)",
    ),
    (
        """
        create table settlements (
            id integer not null primary key autoincrement,
            carrier varchar not null,
            quarter varchar not null,
            snapshot integer not null,
            contract_version integer not null,
            total varchar not null,
            currency varchar not null,
            statement varchar not null,
            by varchar not null,
            at datetime not null,
            note varchar
        )
        """,
        "create index settlements_by_quarter on settlements (carrier, quarter)",
        """
        create table disputes (
            id integer not null primary key autoincrement,
            carrier varchar not null,
            quarter varchar not null,
            clause varchar,
            deliveries varchar not null,
            reason varchar not null,
            note varchar,
            evidence varchar,
            filed_by varchar not null,
            filed_at datetime not null,
            decision varchar check (decision in ('upheld', 'rejected')),
            decided_by varchar,
            decided_at datetime,
            decision_note varchar,
            check (clause is not null or deliveries <> ''),
            check ((decided_at is null) = (decision is null)),
            check ((decided_at is null) = (decided_by is null))
        )
        """,
        "create index disputes_by_quarter on disputes (carrier, quarter)",
    ),
    (
        """
        create table experiment_plans (
            id integer not null primary key autoincrement,
            experiment varchar not null,
            terms varchar not null,
            hash varchar not null,
            by varchar not null,
            at datetime not null
        )
        """,
        "create index plans_by_experiment on experiment_plans (experiment, id)",
    ),
    (
        """
        create table actions (
            id integer not null primary key autoincrement,
            carrier varchar not null,
            what varchar not null,
            owner varchar not null,
            due date not null,
            filed_by varchar not null,
            filed_at datetime not null,
            closed_by varchar,
            closed_at datetime,
            outcome varchar,
            check ((closed_at is null) = (closed_by is null)),
            check (outcome is null or closed_at is not null)
        )
        """,
        "create index actions_by_carrier on actions (carrier, id)",
    ),
)
