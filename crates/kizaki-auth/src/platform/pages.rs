//! The pages that operators use: plain HTML, without scripts.
//!
//! What always holds:
//!
//! - A page acts for the operator whose cookie the browser sends, and only by a form that was made for this browser and
//!   comes from a page of this service.
//! - A sign-in gives the browser a new token, whatever it had before.
//! - Scripts of the app's pages, which lie on the same origin, do not get to read a page: only what a person opens is
//!   answered. A service worker of the app is beyond that, and must not have a scope that these pages lie in.
//! - Nothing may be loaded but the service's own style sheet, and no other page may frame one of these.

pub(crate) mod approve;
mod layout;
pub(crate) mod setup;
pub(crate) mod signin;
mod trouble;
mod visit;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

pub(crate) const SETUP: &str = "/__platform/setup";
pub(crate) const SIGN_IN: &str = "/__platform/signin";
pub(crate) const SIGN_OUT: &str = "/__platform/signout";
pub(crate) const APPROVE: &str = "/__platform/approve";
pub(crate) const STYLE: &str = "/__platform/style.css";

pub(crate) async fn style() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css")], include_str!("pages/style.css"))
}
