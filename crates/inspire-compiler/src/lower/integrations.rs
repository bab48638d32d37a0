//! `INTG`

use inspire_artifact::debug::Subject;
use inspire_artifact::integrations::{IntegrationRecord, ScopeRecord, Tables};
use inspire_artifact::{List, Text};

use super::{Origins, add_doc};
use crate::model::Integration;

const INTEGRATIONS: u8 = 0;

pub(super) fn lower<'a>(integrations: &[Integration<'a>], origins: &mut Origins<'_, 'a>) -> Tables {
    let mut tables = Tables::default();
    for (i, integration) in integrations.iter().enumerate() {
        let record = self::integration(&mut tables, integration);
        tables.integrations.push(record);
        let location = integration.location;
        let doc = origins.doc(location.file, location.span.start);
        add_doc(&mut tables.strings, &mut tables.docs, INTEGRATIONS.into(), i, doc);
        origins.place(Subject::Integrations, INTEGRATIONS, i, location);
    }
    tables
}

fn integration(tables: &mut Tables, integration: &Integration<'_>) -> IntegrationRecord {
    let scopes = scopes(tables, &integration.scopes);
    let upgrade_scopes = self::scopes(tables, &integration.upgrade_scopes);
    let mut text = |text: &str| tables.strings.intern(text);
    let [authorize_url, token_url, account_url, revoke_url] = integration.urls.map(&mut text);
    let [account_id_path, account_email_path, account_name_path] = integration.paths.map(&mut text);
    let (client_id, client_secret) = match integration.client {
        Some((id, secret)) => (text(id), text(secret)),
        None => (Text::EMPTY, Text::EMPTY),
    };
    IntegrationRecord {
        name: text(integration.name),
        service: integration.service.into(),
        mode: integration.mode.into(),
        onboarding: integration.onboarding.into(),
        access: integration.access.into(),
        client_id,
        client_secret,
        scopes,
        upgrade_scopes,
        authorize_url,
        token_url,
        account_url,
        revoke_url,
        account_id_path,
        account_email_path,
        account_name_path,
    }
}

fn scopes(tables: &mut Tables, scopes: &[&str]) -> List {
    let first = tables.scopes.len();
    for scope in scopes {
        let name = tables.strings.intern(scope);
        tables.scopes.push(ScopeRecord { name });
    }
    List::since(first, tables.scopes.len())
}
