//! Whether a password satisfies the policy: lengths and kinds of characters, after NFKC.

use core::fmt;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;

use super::PasswordPolicy;

/// A rule that a password breaks; shown as a sentence for the person who chose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Violation {
    /// Fewer code points than `minLength`.
    TooShort {
        /// The least length.
        min: u32,
    },
    /// More code points than `maxLength`.
    TooLong {
        /// The greatest length.
        max: u32,
    },
    /// No upper-case letter.
    NoUppercase,
    /// No lower-case letter.
    NoLowercase,
    /// No digit.
    NoDigit,
    /// Nothing but letters and digits.
    NoSpecial,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { min } => write!(f, "Use at least {min} characters."),
            Self::TooLong { max } => write!(f, "Use at most {max} characters."),
            Self::NoUppercase => f.write_str("Use at least one upper-case letter."),
            Self::NoLowercase => f.write_str("Use at least one lower-case letter."),
            Self::NoDigit => f.write_str("Use at least one digit."),
            Self::NoSpecial => {
                f.write_str("Use at least one character that is neither a letter nor a digit.")
            }
        }
    }
}

impl core::error::Error for Violation {}

impl PasswordPolicy {
    /// Tells whether `password` has the length and the kinds of characters that the policy asks for.
    ///
    /// The password is taken in NFKC, and its length is counted in Unicode code points (NIST SP 800-63B, 3.1.1.2).
    /// Letters have the Unicode properties `Uppercase` and `Lowercase`, digits are numbers of any script, special is what
    /// is neither a letter nor a number, a blank included. The work is bounded by `max_length`, however long the
    /// password. Common and breached passwords are not looked up here.
    ///
    /// # Errors
    /// Every rule that the password breaks, in the order of [`Violation`].
    pub fn check(&self, password: &str) -> Result<(), Vec<Violation>> {
        let found = Found::of(password, self.max_length);
        let rules = [
            (found.length < self.min_length, Violation::TooShort { min: self.min_length }),
            (found.length > self.max_length, Violation::TooLong { max: self.max_length }),
            (self.require_uppercase && !found.uppercase, Violation::NoUppercase),
            (self.require_lowercase && !found.lowercase, Violation::NoLowercase),
            (self.require_digit && !found.digit, Violation::NoDigit),
            (self.require_special && !found.special, Violation::NoSpecial),
        ];
        let broken: Vec<_> = rules.iter().filter(|(broken, _)| *broken).map(|(_, rule)| *rule).collect();
        if broken.is_empty() { Ok(()) } else { Err(broken) }
    }
}

/// What a password is made of.
#[derive(Default)]
struct Found {
    length: u32,
    uppercase: bool,
    lowercase: bool,
    digit: bool,
    special: bool,
}

impl Found {
    /// Looks at as much of `password` as can matter: one code point of NFKC stands for at most four that were typed.
    fn of(password: &str, max_length: u32) -> Self {
        let enough = (max_length as usize).saturating_add(1);
        let typed = password.chars().take(enough.saturating_mul(4));
        let mut found = Self::default();
        for c in typed.nfkc().take(enough) {
            found.length += 1;
            found.uppercase |= c.is_uppercase();
            found.lowercase |= c.is_lowercase();
            found.digit |= c.is_numeric();
            found.special |= !c.is_alphanumeric();
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy(min_length: u32, max_length: u32, classes: u8) -> PasswordPolicy {
        PasswordPolicy {
            min_length,
            max_length,
            require_uppercase: classes & 1 != 0,
            require_lowercase: classes & 2 != 0,
            require_digit: classes & 4 != 0,
            require_special: classes & 8 != 0,
            block_common: true,
            breach_check: false,
        }
    }

    #[test]
    fn every_broken_rule_is_told() {
        let all = [
            Violation::TooShort { min: 12 },
            Violation::NoUppercase,
            Violation::NoLowercase,
            Violation::NoDigit,
            Violation::NoSpecial,
        ];
        assert_eq!(policy(12, 64, 15).check(""), Err(all.to_vec()));
        assert_eq!(policy(12, 64, 15).check("Correct horse 7"), Ok(()));
        assert_eq!(policy(8, 64, 0).check(&"x".repeat(65)), Err(vec![Violation::TooLong { max: 64 }]));
    }

    #[test]
    fn code_points_are_counted_after_nfkc() {
        // The ligature `ﬃ` is three letters, a letter and its accent are one, an emoji is one.
        assert_eq!(policy(8, 64, 0).check("ﬃﬃﬃ"), Ok(()));
        assert_eq!(policy(8, 64, 0).check(&"e\u{301}".repeat(7)), Err(vec![Violation::TooShort { min: 8 }]));
        assert_eq!(policy(8, 64, 0).check(&"😀".repeat(8)), Ok(()));
        assert_eq!(policy(8, 64, 0).check(&"\u{1F82}".repeat(64)), Ok(()));
        assert_eq!(policy(8, 64, 0).check(&"α\u{313}\u{300}\u{345}".repeat(64)), Ok(()));
    }

    #[test]
    fn kinds_of_characters_are_those_of_all_scripts() {
        assert_eq!(policy(8, 64, 15).check("ÄÖÜäöü٣ §"), Ok(()));
        assert_eq!(policy(8, 64, 8).check("密码密码密码密码"), Err(vec![Violation::NoSpecial]));
    }

    #[test]
    fn a_very_long_password_is_only_begun() {
        let combining = "\u{301}".repeat(3_000_000);
        assert_eq!(policy(8, 64, 0).check(&combining), Err(vec![Violation::TooLong { max: 64 }]));
    }

    proptest! {
        #[test]
        fn the_verdict_is_that_of_looking_at_all_of_it(
            password in prop_oneof![any::<String>(), "[a-zA-Z0-9 !\u{301}\u{345}ﬃ½]{0,100}"],
            (min, more) in (0..20_u32, 0..80_u32),
            classes in 0..16_u8,
        ) {
            let max = min + more;
            let whole: Vec<char> = password.nfkc().collect();
            let length = whole.len() as u32;
            let has = |is: fn(char) -> bool| whole.iter().any(|c| is(*c));
            let too_long = length > max;
            let broken = length < min
                || too_long
                || classes & 1 != 0 && !has(char::is_uppercase)
                || classes & 2 != 0 && !has(char::is_lowercase)
                || classes & 4 != 0 && !has(char::is_numeric)
                || classes & 8 != 0 && !has(|c| !c.is_alphanumeric());
            let verdict = policy(min, max, classes).check(&password);
            prop_assert_eq!(verdict.is_err(), broken);
            let told = verdict.err().unwrap_or_default();
            prop_assert_eq!(told.contains(&Violation::TooLong { max }), too_long);
            prop_assert_eq!(told.contains(&Violation::TooShort { min }), length < min);
        }
    }
}
