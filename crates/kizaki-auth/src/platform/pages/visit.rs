//! The browser that a page is for: the token in its cookie, and the operator who is signed in with it, if anyone is.
//!
//! A browser without a cookie gets one with its first page, so that the forms of that page are bound to it.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use kizaki_store::{Operator, SESSION_SECONDS, Subject, Token};
use maud::{Markup, html};
use serde::de::DeserializeOwned;

use super::layout;
use super::trouble::Trouble;
use crate::address::{self, Peer};
use crate::authorize::decision::Refusal;
use crate::service::Service;
use crate::site::{is_by_link_of_others, is_by_script, is_cross_site};
use crate::{body, cookie, session};

/// A browser at a page.
pub(crate) struct Visit {
    pub(super) service: Arc<Service>,
    /// What its cookie holds, or will hold.
    pub(super) token: Token,
    /// Who is signed in.
    pub(super) operator: Option<Operator>,
    /// What attempts are counted by.
    address: String,
}

/// A form, which carries what binds it to a browser.
pub(super) trait Form: DeserializeOwned {
    /// What the browser sent for it.
    fn form_token(&self) -> &str;
}

impl FromRequestParts<Arc<Service>> for Visit {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Self, Trouble> {
        if is_by_script(&parts.headers) {
            return Err(Trouble::Script);
        }
        let name = service.settings.public_url.operator_cookie();
        let presented = session::token(&parts.headers, name).and_then(Token::parse);
        // Whoever is signed in has a cookie all the same, and is not to get another.
        if presented.is_none() && parts.method == Method::GET && is_by_link_of_others(&parts.headers) {
            let target = parts.uri.path_and_query().map_or("", PathAndQuery::as_str);
            return Err(Trouble::Arrived(target.to_owned()));
        }
        let session = match &presented {
            Some(token) => service.ask(service.store.operators().session(token)).await?,
            None => None,
        };
        let token = match presented {
            Some(token) => token,
            None => Token::generate().map_err(|_| Refusal::Unavailable)?,
        };
        let peer = parts.extensions.get().copied().ok_or(Refusal::Unavailable)?;
        let address = address_of(service, peer, &parts.headers);
        let operator = session.map(|session| session.operator);
        Ok(Self { service: Arc::clone(service), token, operator, address })
    }
}

impl Visit {
    /// Reads a form that was made for this browser and comes from a page of this service.
    pub(super) async fn form<T: Form>(&self, request: Request) -> Result<T, Trouble> {
        if is_cross_site(request.headers(), &self.service.settings.public_url) {
            return Err(Trouble::CrossSite);
        }
        let form: T = body::form(request).await?;
        if !self.token.is_form_token(form.form_token()) {
            return Err(Trouble::OldForm);
        }
        Ok(form)
    }

    /// What binds a form to this browser.
    pub(super) fn hidden(&self) -> Markup {
        html! { input type="hidden" name="form_token" value=(self.token.form_token().expose()); }
    }

    /// A page for this browser, which keeps its cookie; that of a session lasts as long as the session.
    pub(super) fn page(
        &self,
        status: StatusCode,
        title: &str,
        content: &Markup,
    ) -> Result<Response, Trouble> {
        let response = layout::page(status, title, content);
        if self.operator.is_some() {
            return Ok(response);
        }
        self.with_token(response, &self.token)
    }

    /// Lays a token down in the browser.
    pub(super) fn with_token(&self, mut response: Response, token: &Token) -> Result<Response, Trouble> {
        let cookie = cookie::set_operator(&self.service.settings.public_url, token, SESSION_SECONDS);
        response.headers_mut().insert(SET_COOKIE, cookie.ok_or(Refusal::Unavailable)?);
        Ok(response)
    }

    /// The subject of attempts of this address at `what`.
    pub(super) fn subject(&self, what: &str) -> Subject {
        Subject::new(what, &format!("address:{}", self.address))
    }
}

fn address_of(service: &Service, peer: Peer, headers: &HeaderMap) -> String {
    let address = address::client(peer, headers, &service.settings.trusted_proxies);
    address::counted(address).to_string()
}
