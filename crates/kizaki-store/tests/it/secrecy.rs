//! The text of a key or of a token is in nothing that a store writes: not in its files, its log of writes, or the server's log.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use kizaki_store::{Key, Kind, Lifetime, NewPlatformKey, Rotation, Secret, Store, Token};

use crate::accounts::{asked, email, mail, sign_up};
use crate::devices::{granted, start};
use crate::operators::operator;
use crate::support::{Database, Place, api_key, on_both};

on_both! {
    no_file_has_a_key_in_it
}

async fn no_file_has_a_key_in_it(place: Place) {
    let store = place.open().await;
    let keys = store.api_keys();
    let made = api_key(keys, Lifetime::DEFAULT).await;
    let Rotation::Rotated(rotated) = keys.rotate(&made.record.id, 1000).await.unwrap() else { panic!() };
    let platform = NewPlatformKey { name: "ci", lifetime: Lifetime::DEFAULT };
    let platform = store.platform_keys().create(&platform).await.unwrap();
    let unknown = Key::generate(Kind::Api).unwrap().to_text();
    let secrets = [&made.key, &rotated.key, &platform.key, &unknown];
    for secret in secrets {
        keys.check(secret.expose()).await.unwrap();
        store.platform_keys().check(secret.expose()).await.unwrap();
    }
    let mut tokens = tokens(&store).await.to_vec();
    let (login, more) = of_operators(&store).await;
    tokens.extend(more);
    keys.revoke(&made.record.id).await.unwrap();
    keys.check(rotated.key.expose()).await.unwrap();

    let top = match place.database {
        Database::Sqlite => place.directory().to_owned(),
        Database::Postgres => {
            let mut server = place.server().await;
            sqlx::query("CHECKPOINT").execute(&mut server).await.unwrap();
            let data: String = sqlx::query_scalar("SELECT current_setting('data_directory')")
                .fetch_one(&mut server)
                .await
                .unwrap();
            // The server's log lies beside its data.
            Path::new(&data).parent().unwrap().to_owned()
        }
    };
    // The id is stored, so finding it shows that the search finds what is there.
    assert_ne!(files_with(&top, &[made.record.id.as_str()]), "");
    let hidden = secrets.into_iter().flat_map(hidden);
    let hidden: Vec<_> = hidden
        .chain(tokens.iter().flat_map(|token| [&token.expose()[..20], &token.expose()[20..]]))
        .chain([&login.expose()[4..25], &login.expose()[25..]])
        .collect();
    assert_eq!(files_with(&top, &hidden), "");
}

/// Tokens of each sort: of a verification, a session, and a reset that was never used.
async fn tokens(store: &Store) -> [Token; 3] {
    sign_up(store, "ada@x.example", "h1").await;
    let verify = mail(store).await.token.unwrap();
    store.users().verify(&verify).await.unwrap();
    let user = store.users().find(&email("ada@x.example")).await.unwrap().unwrap().user.id;
    let session = store.sessions().begin(&user, "h1", 3600, None).await.unwrap().unwrap();
    store.sessions().find(&session).await.unwrap().unwrap();
    store.users().forgot_password(&email("ada@x.example"), asked()).await.unwrap();
    let reset = mail(store).await.token.unwrap();
    assert!(store.users().can_reset(&reset).await.unwrap());
    [verify, session, reset]
}

/// A login, and tokens of each sort that operators have: of a set-up, a browser, and a command that asks.
async fn of_operators(store: &Store) -> (Secret, Vec<Token>) {
    let set_up = store.operators().new_set_up().await.unwrap();
    let id = operator(store, "grace").await.id;
    let unused = store.operators().new_set_up().await.unwrap();
    let session = store.operators().begin(&id, "h1", None).await.unwrap().unwrap();
    let started = start(store).await;
    let poll = granted(store, &started).await;
    let waiting = start(store).await;
    store.logins().check(poll.token.expose()).await.unwrap();
    (poll.token, vec![set_up, unused, session, started.device_code, waiting.device_code])
}

/// The halves of what stands behind the id, which is nobody else's business.
fn hidden(secret: &Secret) -> [&str; 2] {
    let (first, second) = secret.expose()[15..].split_at(19);
    [first, second]
}

/// The files below `directory` that hold one of the texts.
fn files_with(directory: &Path, texts: &[&str]) -> String {
    let mut grep = Command::new("grep")
        .args([
            "--recursive",
            "--text",
            "--fixed-strings",
            "--files-with-matches",
            "--no-messages",
            "--file=-",
        ])
        .arg(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    grep.stdin.take().unwrap().write_all(texts.join("\n").as_bytes()).unwrap();
    String::from_utf8(grep.wait_with_output().unwrap().stdout).unwrap()
}
