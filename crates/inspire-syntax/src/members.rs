//! The members of each kind of block while the parser collects them.

use crate::ast::{
    Block, Constant, Field, Fields, Hook, Integration, Name, Plan, Policy, RouteMember, Setting, UniqueList,
};
use crate::builder::Builder;

/// The members of a block, as they are collected.
#[derive(Default)]
pub struct Settings<'a> {
    pub settings: Vec<Setting<'a>>,
    pub partial: bool,
}

/// The members of `auth`, as they are collected.
#[derive(Default)]
pub struct AuthBody<'a> {
    pub settings: Vec<Setting<'a>>,
    pub passwords: Vec<(Name<'a>, Block<'a>)>,
    pub principals: Vec<(Name<'a>, Fields<'a>)>,
    pub partial: bool,
}

/// The members of an entity, as they are collected.
pub struct EntityBody<'a> {
    pub fields: Vec<Field<'a>>,
    pub uniques: Vec<UniqueList<'a>>,
    pub policies: Vec<&'a Policy<'a>>,
    pub hooks: Vec<&'a Hook<'a>>,
    pub partial: bool,
}

/// The members of a block of fields, as they are collected.
#[derive(Default)]
pub struct FieldsBody<'a> {
    pub fields: Vec<Field<'a>>,
    pub uniques: Vec<UniqueList<'a>>,
    pub partial: bool,
}

/// The members of a system principal, as they are collected.
#[derive(Default)]
pub struct SystemBody<'a> {
    pub settings: Vec<Setting<'a>>,
    pub policies: Vec<&'a Policy<'a>>,
    pub partial: bool,
}

/// The members of a shape, as they are collected.
#[derive(Default)]
pub struct ShapeBody<'a> {
    pub fields: Vec<Field<'a>>,
    pub constants: Vec<Constant<'a>>,
    pub partial: bool,
}

/// The members of `payments`, as they are collected.
#[derive(Default)]
pub struct PaymentsBody<'a> {
    pub settings: Vec<Setting<'a>>,
    pub secrets: Vec<Name<'a>>,
    pub plans: Vec<Plan<'a>>,
    pub hooks: Vec<&'a Hook<'a>>,
    pub partial: bool,
}

/// The members of `integrations`, as they are collected.
#[derive(Default)]
pub struct IntegrationsBody<'a> {
    pub integrations: Vec<Integration<'a>>,
    pub partial: bool,
}

/// The members of a group of routes, as they are collected.
pub struct RoutesBody<'a> {
    pub members: Vec<RouteMember<'a>>,
    pub partial: bool,
}

impl<'a> Settings<'a> {
    /// Notes that something after the last setting could not be read.
    pub fn lost(&mut self, build: &Builder<'a, '_>, at: Option<u32>) {
        build.drop_unfinished(&mut self.settings, at, |setting| setting.value.span);
        self.partial = true;
    }
}

impl<'a> AuthBody<'a> {
    /// Notes that something after the last member could not be read.
    pub fn lost(&mut self, build: &Builder<'a, '_>, at: Option<u32>) {
        build.drop_unfinished(&mut self.settings, at, |setting| setting.value.span);
        self.partial = true;
    }
}

impl Default for EntityBody<'_> {
    fn default() -> Self {
        // Room for a usual entity, so that its lists are moved rarely while they grow.
        let (fields, policies) = (Vec::with_capacity(8), Vec::with_capacity(4));
        Self { fields, uniques: Vec::new(), policies, hooks: Vec::new(), partial: false }
    }
}

impl Default for RoutesBody<'_> {
    fn default() -> Self {
        Self { members: Vec::with_capacity(8), partial: false }
    }
}

impl<'a> EntityBody<'a> {
    /// Notes that something after the last member could not be read.
    pub fn lost(&mut self, build: &Builder<'a, '_>, at: Option<u32>) {
        build.drop_unfinished(&mut self.fields, at, Field::span);
        build.drop_unfinished(&mut self.policies, at, |policy| policy.span);
        build.drop_unfinished(&mut self.hooks, at, |hook| hook.span);
        self.partial = true;
    }
}

impl<'a> FieldsBody<'a> {
    /// Notes that something after the last field could not be read.
    pub fn lost(&mut self, build: &Builder<'a, '_>, at: Option<u32>) {
        build.drop_unfinished(&mut self.fields, at, Field::span);
        self.partial = true;
    }
}

impl<'a> SystemBody<'a> {
    /// Notes that something after the last member could not be read.
    pub fn lost(&mut self, build: &Builder<'a, '_>, at: Option<u32>) {
        build.drop_unfinished(&mut self.settings, at, |setting| setting.value.span);
        build.drop_unfinished(&mut self.policies, at, |policy| policy.span);
        self.partial = true;
    }
}

impl<'a> ShapeBody<'a> {
    /// Notes that something after the last field could not be read.
    pub fn lost(&mut self, build: &Builder<'a, '_>, at: Option<u32>) {
        build.drop_unfinished(&mut self.fields, at, Field::span);
        build.drop_unfinished(&mut self.constants, at, |constant| constant.value.span);
        self.partial = true;
    }
}

impl<'a> PaymentsBody<'a> {
    /// Notes that something after the last member could not be read.
    pub fn lost(&mut self, build: &Builder<'a, '_>, at: Option<u32>) {
        build.drop_unfinished(&mut self.settings, at, |setting| setting.value.span);
        build.drop_unfinished(&mut self.secrets, at, |name| name.span);
        build.drop_unfinished(&mut self.plans, at, |plan| plan.body.span);
        build.drop_unfinished(&mut self.hooks, at, |hook| hook.span);
        self.partial = true;
    }
}

impl<'a> IntegrationsBody<'a> {
    /// Notes that something after the last integration could not be read.
    pub fn lost(&mut self, build: &Builder<'a, '_>, at: Option<u32>) {
        build.drop_unfinished(&mut self.integrations, at, |integration| integration.body.span);
        self.partial = true;
    }
}

impl<'a> RoutesBody<'a> {
    /// Notes that something after the last member could not be read.
    pub fn lost(&mut self, build: &Builder<'a, '_>, at: Option<u32>) {
        build.drop_unfinished(&mut self.members, at, |member| match member {
            RouteMember::Route(route) => route.handler.span,
            RouteMember::Group(group) => group.span,
        });
        self.partial = true;
    }
}
