//! A small artifact that uses every table, and files put together by hand.

use inspire_artifact::api_keys::{self, GrantRecord, ScopeRecord, action};
use inspire_artifact::auth::{
    self, AttributeRecord, Binding, ConditionRecord, Linking, OperandKind, Provider, ProviderRecord,
    SettingsRecord, password_rule,
};
use inspire_artifact::debug::{self, FileRecord, SpanRecord, Subject};
use inspire_artifact::entity::{
    self, DefaultKind, DefaultRecord, EntityRecord, EnumRecord, FieldKind, FieldRecord, OnDelete, RuleKind,
    RuleRecord, TypeRecord, UniqueFieldRecord, UniqueRecord, field_flag,
};
use inspire_artifact::hook::{self, Backoff, Event, HookKind, HookRecord, ScheduleRecord};
use inspire_artifact::namespace::{self, NamespaceRecord};
use inspire_artifact::policy::{
    self, ActionFieldRecord, Audience, Effect, Op, OpRecord, PolicyRecord, StepRecord, SystemKind,
    SystemRecord, TieKind, ViaRecord,
};
use inspire_artifact::record::DocRecord;
use inspire_artifact::routes::{self, AuthMode, Method, ParamRecord, RateUnit, RouteRecord};
use inspire_artifact::{List, NONE, Tables, Text, encode, index};

use crate::{platform, validation};

pub const PRODUCER: &str = "kizaki 0.1.0";

/// The sample's tables.
pub fn tables() -> Tables {
    Tables {
        auth: Some(auth()),
        api_keys: Some(api_keys()),
        routes: Some(routes(&[
            (Method::Get, "/", AuthMode::None),
            (Method::Get, "/v1/players", AuthMode::Session),
            (Method::Post, "/v1/players", AuthMode::ApiKey),
            (Method::Get, "/v1/players/:playerId", AuthMode::ApiKey),
            (Method::Delete, "/v1/players/:playerId/items/:item", AuthMode::Session),
            (Method::Get, "/v1/players/me", AuthMode::Session),
        ])),
        data: Some(data()),
        policies: Some(policies()),
        namespaces: Some(namespaces()),
        hooks: Some(hooks()),
        validations: Some(validation::validations()),
        payments: Some(platform::payments()),
        integrations: Some(platform::integrations()),
        network: Some(platform::network()),
        email: Some(platform::email()),
        debug: Some(debug()),
    }
}

/// The sample's bytes.
pub fn bytes() -> Vec<u8> {
    encode(&tables(), PRODUCER)
}

pub fn auth() -> auth::Tables {
    let mut t = auth::Tables::default();
    t.settings.push(SettingsRecord {
        session_duration_seconds: (12 * 3600).into(),
        linking: Linking::Manual.into(),
        password: true.into(),
        min_length: 14.into(),
        max_length: 128.into(),
        password_rules: password_rule::BLOCK_COMMON | password_rule::BREACH_CHECK,
    });
    t.providers.push(ProviderRecord { provider: Provider::Email.into() });
    t.providers.push(ProviderRecord { provider: Provider::Github.into() });
    let guild = attribute(&mut t, "guildId", "Guild.id", FieldKind::Reference, Binding::SelectFrom);
    t.attributes.push(guild);
    let mut rank = attribute(&mut t, "rank", "GuildRank", FieldKind::Enum, Binding::From);
    rank.conditions = List { first: 0.into(), count: 2.into() };
    let (field_name, column) = (t.strings.intern("guildId"), t.strings.intern("guild_id"));
    let operand = |operand: OperandKind, text, number: i64, scale, attribute: u32| ConditionRecord {
        field_name,
        column,
        operand: operand.into(),
        text,
        number: number.into(),
        scale,
        attribute: attribute.into(),
    };
    t.conditions.push(operand(OperandKind::Attribute, Text::EMPTY, 0, 0, 0));
    t.conditions.push(operand(OperandKind::Decimal, Text::EMPTY, 15, 1, NONE));
    t.attributes.push(rank);
    let mut mail = attribute(&mut t, "mail", "string", FieldKind::String, Binding::User);
    mail.conditions = List { first: 2.into(), count: 0.into() };
    (mail.entity, mail.table, mail.link_column) = (NONE.into(), Text::EMPTY, Text::EMPTY);
    mail.entity_name = t.strings.intern("__User");
    t.attributes.push(mail);
    t.docs.push(DocRecord {
        table: 2.into(),
        record: 1.into(),
        text: t.strings.intern("Rank in the guild."),
    });
    t
}

fn attribute(t: &mut auth::Tables, name: &str, of: &str, kind: FieldKind, by: Binding) -> AttributeRecord {
    AttributeRecord {
        name: t.strings.intern(name),
        type_kind: kind.into(),
        type_name: t.strings.intern(of),
        nullable: false.into(),
        array: false.into(),
        binding: by.into(),
        entity: 0.into(),
        entity_name: t.strings.intern("Guild"),
        field_name: t.strings.intern(name),
        table: t.strings.intern("guild"),
        column: t.strings.intern(name),
        link_column: t.strings.intern("player_id"),
        single_row: true.into(),
        conditions: List::default(),
    }
}

pub fn api_keys() -> api_keys::Tables {
    let mut t = api_keys::Tables::default();
    for (name, system) in [("importer", "api_importer"), ("read", "api_read")] {
        let first = t.grants.len();
        for (entity, entity_name) in [(0, "Guild"), (NONE, "__User")] {
            t.grants.push(GrantRecord {
                entity: entity.into(),
                entity_name: t.strings.intern(entity_name),
                actions: action::READ | action::INSERT,
                unconditional: action::READ,
                policies: List { first: 2.into(), count: 1.into() },
            });
        }
        t.scopes.push(ScopeRecord {
            name: t.strings.intern(name),
            system: t.strings.intern(system),
            grants: List::since(first, t.grants.len()),
        });
    }
    t
}

/// Route tables of these routes, which need not be sorted.
pub fn routes(routes: &[(Method, &str, AuthMode)]) -> routes::Tables {
    let mut sorted = routes.to_vec();
    sorted.sort_by(|a, b| (a.1, a.0).cmp(&(b.1, b.0)));
    let mut t = routes::Tables::default();
    for (method, path, auth) in sorted {
        let first = t.params.len();
        for name in path.split('/').filter_map(|segment| segment.strip_prefix(':')) {
            let name = t.strings.intern(name);
            t.params.push(ParamRecord { name });
        }
        let key = auth == AuthMode::ApiKey;
        t.routes.push(RouteRecord {
            method: method.into(),
            auth: auth.into(),
            scope: if key { 1 } else { NONE }.into(),
            scope_name: t.strings.intern(if key { "read" } else { "" }),
            path: t.strings.intern(path),
            handler: t.strings.intern(&format!("{}{path}", method.as_str().to_lowercase())),
            rate_count: u64::from(key).into(),
            rate_unit: if key { RateUnit::Minute } else { RateUnit::Second }.into(),
            params: List::since(first, t.params.len()),
        });
    }
    t.build_index();
    t
}

/// A field without target, default and rules.
pub fn field(t: &mut entity::Tables, name: &str, kind: FieldKind, flags: u32) -> FieldRecord {
    FieldRecord {
        name: t.strings.intern(name),
        column: t.strings.intern(name),
        kind: kind.into(),
        on_delete: OnDelete::Restrict.into(),
        flags: flags.into(),
        target: NONE.into(),
        target_field: NONE.into(),
        precision: 0.into(),
        scale: 0.into(),
        default: NONE.into(),
        rules: List { first: index(t.rules.len()), count: 0.into() },
    }
}

pub fn data() -> entity::Tables {
    let mut t = entity::Tables::default();
    for name in ["Guild", "Membership"] {
        let first = t.fields.len();
        let id = field(&mut t, "id", FieldKind::Uuid, field_flag::PRIMARY_KEY | field_flag::IMPLICIT);
        t.fields.push(id);
        let mut title = field(&mut t, "title", FieldKind::String, field_flag::TRIM | field_flag::UNIQUE);
        title.default = index(t.defaults.len());
        let text = t.strings.intern("Recruit");
        t.defaults.push(DefaultRecord { kind: DefaultKind::String.into(), text, number: 0.into(), scale: 0 });
        let rule = |kind: RuleKind, number: i64, text| RuleRecord {
            kind: kind.into(),
            number: number.into(),
            scale: 0,
            text,
        };
        t.rules.push(rule(RuleKind::MinLength, 2, Text::EMPTY));
        t.rules.push(rule(RuleKind::MaxLength, 20, Text::EMPTY));
        let pattern = t.strings.intern("^[a-z]+$");
        t.rules.push(rule(RuleKind::Regex, 0, pattern));
        title.rules.count = 3.into();
        t.fields.push(title);
        let mut guild = field(&mut t, "guildId", FieldKind::Reference, field_flag::NULLABLE);
        (guild.target, guild.target_field) = (0.into(), 0.into());
        guild.on_delete = OnDelete::SetNull.into();
        t.fields.push(guild);
        let mut player = field(&mut t, "playerId", FieldKind::Reference, 0);
        player.on_delete = OnDelete::Cascade.into();
        t.fields.push(player);
        let mut rank = field(&mut t, "rank", FieldKind::Enum, 0);
        rank.target = 0.into();
        t.fields.push(rank);
        let mut fee = field(&mut t, "fee", FieldKind::Decimal, 0);
        (fee.precision, fee.scale) = (10.into(), 2.into());
        t.fields.push(fee);
        let first_unique = t.uniques.len();
        let first_field = t.unique_fields.len();
        t.unique_fields.push(UniqueFieldRecord { field: index(first + 2) });
        t.unique_fields.push(UniqueFieldRecord { field: index(first + 3) });
        t.uniques.push(UniqueRecord { fields: List::since(first_field, t.unique_fields.len()) });
        t.entities.push(EntityRecord {
            name: t.strings.intern(name),
            table: t.strings.intern(&name.to_lowercase()),
            fields: List::since(first, t.fields.len()),
            uniques: List::since(first_unique, t.uniques.len()),
            primary_key: index(first),
        });
    }
    for member in ["Recruit", "Officer"] {
        let name = t.strings.intern(member);
        t.members.push(entity::MemberRecord { name });
    }
    let name = t.strings.intern("GuildRank");
    t.enums.push(EnumRecord { name, members: List::since(0, 2) });
    let first = t.fields.len();
    let street = field(&mut t, "street", FieldKind::String, 0);
    t.fields.push(street);
    let name = t.strings.intern("Address");
    t.types.push(TypeRecord { name, fields: List::since(first, t.fields.len()) });
    t.docs.push(DocRecord {
        table: 0.into(),
        record: 0.into(),
        text: t.strings.intern("A guild.\nOf players."),
    });
    t
}

/// One operation with no cells filled.
pub fn op(op: Op, first_step: usize) -> OpRecord {
    OpRecord {
        op: op.into(),
        scale: 0,
        number: 0.into(),
        text: Text::EMPTY,
        attribute: NONE.into(),
        steps: List { first: index(first_step), count: 0.into() },
    }
}

pub fn policies() -> policy::Tables {
    let mut t = policy::Tables::default();
    for (name, kind, role) in [
        ("api_read", SystemKind::Scope, ""),
        ("guild_master", SystemKind::Role, "GuildMaster"),
        ("jobs", SystemKind::System, ""),
    ] {
        let (name, role_name) = (t.strings.intern(name), t.strings.intern(role));
        t.systems.push(SystemRecord { name, display_name: role_name, role_name, kind: kind.into() });
    }
    condition(&mut t);
    t.vias.push(ViaRecord {
        junction: 1.into(),
        user_field: 9.into(),
        tie: TieKind::Reference.into(),
        junction_field: 8.into(),
        entity_field: NONE.into(),
    });
    t.action_fields.push(ActionFieldRecord { action: action::READ, field: 1.into() });
    let why = t.strings.intern("members see their guild");
    let role_name = t.strings.intern("GuildMaster");
    let policy = |entity: u32, audience: Audience, system: u32| PolicyRecord {
        entity: entity.into(),
        effect: Effect::Grant.into(),
        actions: action::READ,
        audience: audience.into(),
        system: system.into(),
        role_name: Text::EMPTY,
        via: NONE.into(),
        condition: List { first: index(t.ops.len()), count: 0.into() },
        action_fields: List { first: 1.into(), count: 0.into() },
        why: Text::EMPTY,
    };
    let mut members = policy(0, Audience::SignedIn, NONE);
    members.via = 0.into();
    members.condition = List::since(0, t.ops.len());
    members.action_fields = List::since(0, 1);
    members.why = why;
    let mut masters = policy(1, Audience::Role, 1);
    masters.role_name = role_name;
    masters.actions = action::ALL;
    let scope = policy(0, Audience::System, 0);
    t.policies.extend([members, masters, scope]);
    t
}

/// `!(resource.guildId.title == "x" && 1.5 < principal.rank) || Membership.rank in ["a", null]`
fn condition(t: &mut policy::Tables) {
    let step = |t: &mut policy::Tables, field: u32, name: &str| {
        let name = t.strings.intern(name);
        t.steps.push(StepRecord { field: field.into(), name });
    };
    let push = |t: &mut policy::Tables, kind: Op, number: i64, text: &str| {
        let text = t.strings.intern(text);
        let attribute = if kind == Op::Principal { 1 } else { NONE }.into();
        t.ops.push(OpRecord { number: number.into(), text, attribute, ..op(kind, t.steps.len()) });
    };
    push(t, Op::Resource, 0, "");
    t.ops[0].steps.count = 2.into();
    step(t, 2, "guildId");
    step(t, 1, "title");
    push(t, Op::String, 0, "x");
    push(t, Op::Eq, 0, "");
    push(t, Op::Number, 15, "");
    t.ops[3].scale = 1;
    push(t, Op::Principal, 0, "rank");
    push(t, Op::Lt, 0, "");
    push(t, Op::And, 2, "");
    push(t, Op::Not, 0, "");
    push(t, Op::Junction, 0, "");
    t.ops[8].steps.count = 1.into();
    step(t, 10, "rank");
    push(t, Op::String, 0, "a");
    push(t, Op::Null, 0, "");
    push(t, Op::List, 2, "");
    push(t, Op::In, 0, "");
    push(t, Op::Or, 2, "");
}

pub fn hooks() -> hook::Tables {
    let mut t = hook::Tables::default();
    let (entity_name, field_name) = (t.strings.intern("Membership"), t.strings.intern("rank"));
    let trigger = HookRecord {
        entity: 1.into(),
        entity_name,
        event: Event::Insert.into(),
        field: NONE.into(),
        field_name: Text::EMPTY,
        kind: HookKind::Trigger.into(),
        handler: t.strings.intern("fillDefaults"),
        retries: 0,
        backoff: Backoff::Exponential.into(),
        delay_ms: 0.into(),
        timeout_ms: 0.into(),
    };
    t.hooks.push(trigger);
    t.hooks.push(HookRecord {
        event: Event::Update.into(),
        field: 7.into(),
        field_name,
        kind: HookKind::Effect.into(),
        handler: t.strings.intern("announceRank"),
        retries: 5,
        backoff: Backoff::Linear.into(),
        delay_ms: 250.into(),
        timeout_ms: 45_000.into(),
        ..trigger
    });
    let (name, cron) = (t.strings.intern("nightly"), t.strings.intern("0 3 * * *"));
    t.schedules.push(ScheduleRecord {
        name,
        cron,
        function: t.strings.intern("closeSeason"),
        timeout_ms: 30_000.into(),
    });
    t
}

pub fn namespaces() -> namespace::Tables {
    let mut t = namespace::Tables::default();
    let (name, attribute) = (t.strings.intern("Guilds"), t.strings.intern("guildId"));
    let (entity_name, column) = (t.strings.intern("Membership"), t.strings.intern("guild_id"));
    t.namespaces.push(NamespaceRecord {
        name,
        attribute,
        attribute_index: 0.into(),
        entities: List::since(0, 1),
    });
    t.members.push(namespace::MemberRecord { entity: 1.into(), entity_name, column, field: 8.into() });
    t
}

fn debug() -> debug::Tables {
    let mut t = debug::Tables::default();
    let name = t.strings.intern("app.inspire");
    t.files.push(FileRecord { name });
    let span = |section: Subject, record: u32| SpanRecord {
        section: section.into(),
        table: 0,
        record: record.into(),
        file: 0.into(),
        start: 10.into(),
        end: 20.into(),
    };
    t.spans.extend([span(Subject::Routes, 0), span(Subject::Routes, 2), span(Subject::Data, 1)]);
    t
}

/// One section of a file put together by hand: letters, version, flags, payload.
pub type Section<'a> = (&'a [u8; 4], u16, u16, Vec<u8>);

/// A file of these sections, sealed.
pub fn file(sections: &[Section<'_>]) -> Vec<u8> {
    let mut file = inspire_artifact::MAGIC.to_vec();
    file.extend([1, 0, 0, 0, 0, 0, 0, 0]);
    file.extend([0; 8]);
    file.extend((sections.len() as u32).to_le_bytes());
    file.resize(64 + 24 * sections.len(), 0);
    for (number, (id, version, flags, payload)) in sections.iter().enumerate() {
        let (at, offset) = (64 + 24 * number, file.len() as u64);
        file[at..at + 4].copy_from_slice(*id);
        file[at + 4..at + 6].copy_from_slice(&version.to_le_bytes());
        file[at + 6..at + 8].copy_from_slice(&flags.to_le_bytes());
        file[at + 8..at + 16].copy_from_slice(&offset.to_le_bytes());
        file[at + 16..at + 24].copy_from_slice(&(payload.len() as u64).to_le_bytes());
        file.extend(payload);
        file.resize(file.len().next_multiple_of(8), 0);
    }
    let length = file.len() as u64;
    file[16..24].copy_from_slice(&length.to_le_bytes());
    seal(&mut file);
    file
}

/// Puts the right digest into a file.
pub fn seal(file: &mut [u8]) {
    if file.len() >= 64 {
        file[32..64].fill(0);
        let digest = blake3::hash(file);
        file[32..64].copy_from_slice(digest.as_bytes());
    }
}

/// The sections of a file, to be changed and put together again.
pub fn split(file: &[u8]) -> Vec<Section<'static>> {
    let artifact = inspire_artifact::Artifact::from_bytes(file).unwrap();
    let section = |info: &inspire_artifact::SectionInfo| {
        let id: &'static [u8; 4] = match info.known {
            Some(id) => id.as_str().as_bytes().try_into().unwrap(),
            None => b"XTRA",
        };
        let range = info.offset as usize..(info.offset + info.length) as usize;
        (id, info.version, u16::from(info.required), file[range].to_vec())
    };
    artifact.sections().iter().map(section).collect()
}
