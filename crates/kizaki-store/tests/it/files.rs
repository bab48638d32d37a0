//! The file of an SQLite store: kept from others from the start, and refused when it is not fit.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;

use kizaki_store::{Clock, Error, ErrorKind, Filter, Lifetime, Store, StoreUrl};
use sqlx::{Connection as _, SqliteConnection};

use crate::support::{Database, Place, api_key, block_on, run};

fn sqlite<F: Future<Output = ()>>(test: impl FnOnce(Place) -> F) {
    run(Database::Sqlite, test);
}

async fn refused(path: &Path) -> Error {
    Store::open(&StoreUrl::of_file(path), Clock::Store).await.unwrap_err()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn only_the_owner_can_read_what_is_made() {
    sqlite(async |place| {
        let path = place.directory().join("new/deep/kizaki.db");
        let store = Store::open(&StoreUrl::of_file(&path), Clock::Store).await.unwrap();
        api_key(store.api_keys(), Lifetime::DEFAULT).await;
        for beside in ["kizaki.db", "kizaki.db-wal", "kizaki.db-shm"] {
            assert_eq!(mode(&path.with_file_name(beside)), 0o600, "{beside}");
        }
        store.close().await;
        assert!(!path.with_file_name("kizaki.db-wal").exists());
    });
}

#[test]
fn the_database_is_set_to_lose_nothing() {
    sqlite(async |place| {
        place.open().await.close().await;
        assert_eq!(place.number("SELECT journal_mode = 'wal' FROM pragma_journal_mode").await, 1);
        assert_eq!(place.number("SELECT application_id FROM pragma_application_id").await, 0x6b7a_7374);
    });
}

#[test]
fn a_file_that_others_can_reach_is_refused() {
    sqlite(async |place| {
        place.open().await.close().await;
        for (bits, kind) in [
            (0o640, ErrorKind::Unsafe),
            (0o604, ErrorKind::Unsafe),
            (0o620, ErrorKind::Unsafe),
            (0o666, ErrorKind::Unsafe),
            (0o400, ErrorKind::ReadOnly),
        ] {
            fs::set_permissions(place.file(), Permissions::from_mode(bits)).unwrap();
            let error = refused(&place.file()).await;
            assert_eq!(error.kind(), kind, "{bits:o}");
            assert!(error.help_text().unwrap().starts_with("chmod 600 "));
        }
        fs::set_permissions(place.file(), Permissions::from_mode(0o600)).unwrap();
        place.open().await.close().await;
    });
}

#[test]
fn a_link_is_refused_and_not_followed() {
    sqlite(async |place| {
        let (target, link) = (place.directory().join("target.db"), place.directory().join("link.db"));
        symlink(&target, &link).unwrap();
        let error = refused(&link).await;
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Unsafe, "it is a symbolic link"));
        assert!(!target.exists());
    });
}

#[test]
fn a_file_of_someone_else_is_refused() {
    sqlite(async |place| {
        place.open().await.close().await;
        // Only root can give a file away; for others the same shows on a file of root.
        let foreign = match chown(place.file(), Some(65534), None) {
            Ok(()) => place.file(),
            Err(_) => Path::new("/etc/passwd").to_owned(),
        };
        let error = refused(&foreign).await;
        assert_eq!(error.kind(), ErrorKind::Unsafe);
        assert!(error.to_string().contains("belongs to the user"), "{error}");
    });
}

#[test]
fn what_is_no_file_is_refused() {
    sqlite(async |place| {
        assert_eq!(refused(place.directory()).await.kind(), ErrorKind::File);
        assert_eq!(refused(Path::new("/dev/null")).await.kind(), ErrorKind::File);
        fs::write(place.file(), "").unwrap();
        assert_eq!(refused(&place.file().join("kizaki.db")).await.kind(), ErrorKind::File);
    });
}

#[test]
fn a_damaged_file_is_refused() {
    sqlite(async |place| {
        let store = place.open().await;
        for _ in 0..50 {
            api_key(store.api_keys(), Lifetime::DEFAULT).await;
        }
        store.close().await;
        let whole = fs::read(place.file()).unwrap();
        let mut no_database = whole.clone();
        no_database[..16].fill(b'x');
        let mut no_pages = whole.clone();
        no_pages[100..].fill(0xff);
        for bytes in [no_database, no_pages] {
            fs::write(place.file(), bytes).unwrap();
            assert_eq!(refused(&place.file()).await.kind(), ErrorKind::Corrupt);
        }
        fs::write(place.file(), whole).unwrap();
        place.open().await.close().await;
    });
}

#[test]
fn damage_that_shows_later_is_no_acceptance() {
    sqlite(async |place| {
        let store = place.open().await;
        let made = api_key(store.api_keys(), Lifetime::DEFAULT).await;
        store.close().await;
        // The pages of all tables but the first page, which says what tables there are.
        let mut bytes = fs::read(place.file()).unwrap();
        bytes[3 * 4096..].fill(0xff);
        fs::write(place.file(), bytes).unwrap();
        let opened = Store::open(&place.url, Clock::Store).await;
        let error = match opened {
            Err(error) => error,
            Ok(store) => store.api_keys().check(made.key.expose()).await.unwrap_err(),
        };
        assert_eq!(error.kind(), ErrorKind::Corrupt);
    });
}

#[test]
fn the_database_of_another_program_is_left_alone() {
    sqlite(async |place| {
        fs::write(place.file(), "").unwrap();
        fs::set_permissions(place.file(), Permissions::from_mode(0o600)).unwrap();
        place.execute("CREATE TABLE notes (text TEXT)").await;
        let error = refused(&place.file()).await;
        assert_eq!(error.kind(), ErrorKind::Foreign);
        assert_eq!(place.number("SELECT count(*) FROM sqlite_schema").await, 1);
    });
}

#[test]
fn an_empty_file_becomes_a_store() {
    sqlite(async |place| {
        fs::write(place.file(), "").unwrap();
        fs::set_permissions(place.file(), Permissions::from_mode(0o600)).unwrap();
        assert_eq!(place.open().await.api_keys().list(Filter::default()).await.unwrap().keys, []);
    });
}

#[test]
fn a_store_that_stays_locked_is_busy() {
    block_on(async {
        let directory = tempfile::TempDir::new().unwrap();
        let path = directory.path().join("kizaki.db");
        let url = StoreUrl::of_file(&path);
        Store::open(&url, Clock::Store).await.unwrap().close().await;
        let mut holder = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
        sqlx::query("BEGIN EXCLUSIVE").execute(&mut holder).await.unwrap();
        let error = Store::open(&url, Clock::Store).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
    });
}
