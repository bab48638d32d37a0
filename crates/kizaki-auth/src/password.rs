//! Password hashes: Argon2id, so many at once and no more, and the same work whether or not there is such a user.
//!
//! A password is hashed in NFKC, so that it is the same from every keyboard.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{Semaphore, TryAcquireError};
use unicode_normalization::UnicodeNormalization as _;

use crate::authorize::decision::Refusal;
use crate::settings::Limits;

/// KiB of memory; 19 MiB with two passes is the first of OWASP's choices (Password Storage Cheat Sheet, Argon2id).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// A hash of these parameters that no password has: what is compared where there is no user.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What computes hashes.
pub(crate) struct Passwords {
    /// One for each hash that is computed.
    working: Arc<Semaphore>,
    /// One for each hash that is computed or waited for.
    admitted: Arc<Semaphore>,
    computed: AtomicU64,
}

impl Passwords {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            working: Arc::new(Semaphore::new(limits.hashes)),
            admitted: Arc::new(Semaphore::new(limits.hashes.saturating_add(limits.hashes_waiting))),
            computed: AtomicU64::new(0),
        }
    }

    /// The hash of a new password, in PHC form.
    ///
    /// # Errors
    ///
    /// Too many wait already, or the operating system gives no randomness.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, Refusal> {
        let hash = self.compute(password, |argon2, password| {
            argon2.hash_password(password).map(|hash| hash.to_string())
        });
        hash.await?.map_err(|error| failed(&error))
    }

    /// Whether a password is the one of a hash. Without a hash it is not, and that takes as long to find out.
    ///
    /// # Errors
    ///
    /// Too many wait already, or the hash cannot be read.
    pub(crate) async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, Refusal> {
        let is_somebody = hash.is_some();
        let hash = hash.unwrap_or(NOBODY).to_owned();
        let verified = self.compute(password, move |argon2, password| {
            argon2.verify_password(password, &PasswordHash::new(&hash).map_err(|_| Error::EncodingInvalid)?)
        });
        match verified.await? {
            Ok(()) => Ok(is_somebody),
            Err(Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Another hash of a password that has this one, if it was made with other parameters than new ones get.
    ///
    /// # Errors
    ///
    /// As [`Passwords::hash`].
    pub(crate) async fn renewed(&self, password: &str, hash: &str) -> Result<Option<String>, Refusal> {
        if !is_outdated(hash) {
            return Ok(None);
        }
        self.hash(password).await.map(Some)
    }

    /// How many hashes were computed so far.
    pub(crate) fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    async fn compute<T: Send + 'static>(
        &self,
        password: &str,
        work: impl FnOnce(Argon2<'static>, &[u8]) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let admitted = match Arc::clone(&self.admitted).try_acquire_owned() {
            Ok(permit) => permit,
            Err(TryAcquireError::NoPermits | TryAcquireError::Closed) => {
                tracing::warn!("too many passwords wait to be hashed");
                return Err(Refusal::Unavailable);
            }
        };
        let working = Arc::clone(&self.working).acquire_owned().await.map_err(|_| Refusal::Unavailable)?;
        self.computed.fetch_add(1, Ordering::Relaxed);
        let password = zeroize::Zeroizing::new(password.nfkc().collect::<String>());
        // The work goes on when nobody waits for it any more, and is counted until it is done.
        let work = tokio::task::spawn_blocking(move || {
            let _permits = (admitted, working);
            work(current(), password.as_bytes())
        });
        work.await.map_err(|_| Refusal::Unavailable)
    }
}

/// Whether a hash was made with other parameters than those that new ones get.
fn is_outdated(hash: &str) -> bool {
    let parse = |text| {
        let hash = PasswordHash::new(text).ok()?;
        Some((hash.algorithm.to_string(), hash.version, Params::try_from(&hash).ok()?))
    };
    parse(hash) != parse(NOBODY)
}

fn current() -> Argon2<'static> {
    // They are within the limits of the algorithm, as a test shows; its own default is the same.
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn failed(error: &Error) -> Refusal {
    tracing::error!(reason = %error, "a password cannot be hashed");
    Refusal::Unavailable
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordHasher as _;
    use argon2::{Argon2, Params};

    use super::{NOBODY, Passwords, current, is_outdated};
    use crate::authorize::decision::Refusal;
    use crate::settings::Limits;

    #[tokio::test]
    async fn a_password_is_the_one_of_its_hash_and_no_other() {
        let passwords = Passwords::new(&Limits::default());
        let hash = passwords.hash("caf\u{e9} du monde").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(!is_outdated(&hash));
        // The same in another form of Unicode.
        assert_eq!(passwords.verify("cafe\u{301} du monde", Some(&hash)).await, Ok(true));
        assert_eq!(passwords.verify("cafe du monde", Some(&hash)).await, Ok(false));
        assert_eq!(passwords.verify("caf\u{e9} du monde", None).await, Ok(false));
        assert_eq!(passwords.verify("x", Some("no hash")).await, Err(Refusal::Unavailable));
        assert_ne!(passwords.hash("caf\u{e9} du monde").await.unwrap(), hash);
        assert_eq!(passwords.computed(), 6);
    }

    #[test]
    fn what_is_compared_for_nobody_takes_as_much_work_as_a_new_hash() {
        let new = current().hash_password(b"x").unwrap().to_string();
        let parameters = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(parameters(&new), parameters(NOBODY));
        assert_eq!(new.len(), NOBODY.len());
    }

    #[test]
    fn hashes_with_other_parameters_are_outdated() {
        let weaker = Argon2::from(Params::new(8 * 1024, 1, 1, None).unwrap());
        assert!(is_outdated(&weaker.hash_password(b"x").unwrap().to_string()));
        assert!(is_outdated("no hash"));
        assert!(is_outdated(&NOBODY.replace("argon2id", "argon2i")));
    }

    #[tokio::test]
    async fn so_many_hashes_wait_and_no_more() {
        let passwords = Passwords::new(&Limits { hashes: 1, hashes_waiting: 2, ..Limits::default() });
        let held = std::sync::Arc::clone(&passwords.working).acquire_owned().await.unwrap();
        let waiting = || async { passwords.verify("x", None).await };
        let (first, second, third, rest) = tokio::join!(waiting(), waiting(), waiting(), async {
            let refused = waiting().await;
            drop(held);
            refused
        });
        assert_eq!(rest, Err(Refusal::Unavailable));
        assert_eq!([first, second, third], [Ok(false), Ok(false), Ok(false)]);
        assert_eq!(waiting().await, Ok(false));
    }
}
