//! Records have the sizes that the book tells.

use inspire_artifact::{
    api_keys, auth, debug, email, entity, hook, integrations, namespace, network, payments, policy, record,
    routes, validation,
};

#[test]
fn records_have_their_sizes() {
    let sizes = [
        size_of::<auth::SettingsRecord>(),
        size_of::<auth::ProviderRecord>(),
        size_of::<auth::AttributeRecord>(),
        size_of::<auth::ConditionRecord>(),
        size_of::<api_keys::ScopeRecord>(),
        size_of::<api_keys::GrantRecord>(),
        size_of::<routes::RouteRecord>(),
        size_of::<routes::ParamRecord>(),
        size_of::<routes::SeedRecord>(),
        size_of::<routes::LengthRecord>(),
        size_of::<routes::MaskRecord>(),
        size_of::<routes::SlotRecord>(),
        size_of::<entity::EntityRecord>(),
        size_of::<entity::FieldRecord>(),
        size_of::<entity::DefaultRecord>(),
        size_of::<entity::RuleRecord>(),
        size_of::<entity::UniqueRecord>(),
        size_of::<entity::UniqueFieldRecord>(),
        size_of::<entity::EnumRecord>(),
        size_of::<entity::MemberRecord>(),
        size_of::<entity::TypeRecord>(),
        size_of::<policy::PolicyRecord>(),
        size_of::<policy::ActionFieldRecord>(),
        size_of::<policy::SystemRecord>(),
        size_of::<policy::ViaRecord>(),
        size_of::<policy::OpRecord>(),
        size_of::<policy::StepRecord>(),
        size_of::<namespace::NamespaceRecord>(),
        size_of::<namespace::MemberRecord>(),
        size_of::<hook::HookRecord>(),
        size_of::<hook::ScheduleRecord>(),
        size_of::<validation::ValidationRecord>(),
        size_of::<validation::VariantRecord>(),
        size_of::<validation::FieldRecord>(),
        size_of::<payments::SettingsRecord>(),
        size_of::<payments::PlanRecord>(),
        size_of::<payments::PriceRecord>(),
        size_of::<payments::PaymentHookRecord>(),
        size_of::<integrations::IntegrationRecord>(),
        size_of::<integrations::ScopeRecord>(),
        size_of::<network::HostRecord>(),
        size_of::<email::EmailRecord>(),
        size_of::<debug::FileRecord>(),
        size_of::<debug::SpanRecord>(),
        size_of::<record::DocRecord>(),
    ];
    let auth_to_routes = [19, 1, 73, 38, 24, 22, 47, 8, 8, 8, 8, 8];
    let data = [36, 46, 18, 18, 8, 4, 16, 8, 16];
    let rest = [47, 5, 25, 17, 30, 12, 28, 24, 52, 32, 24, 16, 61, 41, 50, 8, 27, 100, 8, 11, 17, 8, 18, 16];
    assert_eq!(sizes.to_vec(), [auth_to_routes.as_slice(), &data, &rest].concat());
}
