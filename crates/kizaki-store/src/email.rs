//! E-mail addresses as accounts have them: one account an address, however it is written.

use std::fmt;

use email_address::{EmailAddress, Options};

/// Bytes of an address (RFC 5321, 4.5.3.1.3, without the brackets).
const MOST_BYTES: usize = 254;

/// An e-mail address that can have an account.
///
/// Blanks around it are dropped and its domain is put in lower case. Mail goes to the local part as it was written,
/// because its owner's server may tell `A` from `a`; two addresses that differ in case alone are the same account,
/// because hardly any server does, and someone else's account must not be a matter of case.
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    address: String,
    key: String,
}

impl Email {
    /// Reads an address: `local@domain` in at most 254 bytes, without a name, a comment, quotes or a numeric domain.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // Quoted local parts may hold blanks and control characters, which no header of a mail is to get.
        if text.len() > MOST_BYTES || text.contains('"') || text.contains(char::is_control) {
            return None;
        }
        let options = Options::default().without_display_text().without_domain_literal();
        let address = EmailAddress::parse_with_options(text, options).ok()?;
        let address = format!("{}@{}", address.local_part(), address.domain().to_lowercase());
        Some(Self { key: address.to_lowercase(), address })
    }

    /// The address that mail goes to.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// The address as it is compared: in lower case.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email")
    }
}

#[cfg(test)]
mod tests {
    use super::Email;

    #[test]
    fn addresses_are_compared_without_case_and_kept_as_written() {
        let email = Email::parse(" Ada.L+x@Example.COM\n").unwrap();
        assert_eq!((email.as_str(), email.key()), ("Ada.L+x@example.com", "ada.l+x@example.com"));
        assert_eq!(format!("{email:?}"), "Email");
        let longest = format!("a@{}.example", ["b"; 61].map(|_| "bbb").join("."));
        assert!(longest.len() < 254 && Email::parse(&longest).is_some(), "{longest}");
    }

    #[test]
    fn what_could_break_out_of_a_header_is_no_address() {
        let long = format!("a@{}.example", ["bbb"; 63].join("."));
        let refused = [
            "",
            "a",
            "@example.com",
            "a@",
            "a b@example.com",
            "a@b@example.com",
            "Ada <ada@example.com>",
            "\"a b\"@example.com",
            "\"a\\\"\"@example.com",
            "a@example.com\r\nBcc: b@example.com",
            "a@[127.0.0.1]",
            "a@example.com,b@example.com",
            "a\0@example.com",
            "a@exa mple.com",
            &long,
        ];
        for text in refused {
            assert!(Email::parse(text).is_none(), "{text:?}");
        }
    }
}
