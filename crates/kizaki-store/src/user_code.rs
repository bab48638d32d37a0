//! User codes: what a person types to tell which command may sign in (RFC 8628, 6.1).

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::error::Error;

/// Consonants only, so that no code is a word, and none that are taken for each other (RFC 8628, 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;

/// A user code: 8 of 20 letters, shown as `WDJB-MJHT`. With few tries it is enough that there are 25 thousand million.
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// A new code, from the operating system's randomness.
    pub(crate) fn generate() -> Result<Self, Error> {
        let mut code = String::with_capacity(LENGTH);
        while code.len() < LENGTH {
            let mut bytes = [0; 16];
            getrandom::fill(&mut bytes).map_err(Error::randomness)?;
            // 240 is the largest multiple of 20 in a byte; what is above it would favour the first letters.
            let fair = bytes.iter().filter(|byte| **byte < 240);
            let letters = fair.filter_map(|byte| LETTERS.get(usize::from(*byte) % LETTERS.len()));
            let missing = LENGTH - code.len();
            code.extend(letters.take(missing).map(|letter| char::from(*letter)));
        }
        Ok(Self(code))
    }

    /// Reads what a person typed, in any case, with or without dashes and blanks; none when it is no code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let typed = text.chars().filter(|c| !matches!(c, '-' | ' '));
        // No more than enough to tell that it is too long.
        let code: String = typed.take(LENGTH + 1).map(|c| c.to_ascii_uppercase()).collect();
        let is_code = code.len() == LENGTH && code.bytes().all(|byte| LETTERS.contains(&byte));
        is_code.then_some(Self(code))
    }

    /// What the store keeps of it.
    pub(crate) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at_checked(LENGTH / 2).unwrap_or_default();
        write!(f, "{first}-{second}")
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode")
    }
}

#[cfg(test)]
mod tests {
    use super::{LETTERS, UserCode};

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = UserCode::parse("WDJBMJHT").unwrap();
        assert_eq!((code.to_string().as_str(), format!("{code:?}").as_str()), ("WDJB-MJHT", "UserCode"));
        for typed in ["WDJB-MJHT", "wdjb-mjht", " wdjb mjht ", "w-d-j-b-m-j-h-t"] {
            assert!(UserCode::parse(typed) == Some(code.clone()), "{typed}");
        }
        for wrong in ["", "WDJBMJH", "WDJBMJHTT", "WDJBMJHA", "WDJB_MJHT", "WDJBMJH1", "ẆDJBMJHT"] {
            assert!(UserCode::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn every_letter_comes_up() {
        let many: String = (0..200).map(|_| UserCode::generate().unwrap().0).collect();
        assert_eq!(many.len(), 1600);
        assert!(LETTERS.iter().all(|letter| many.contains(char::from(*letter))));
    }
}
