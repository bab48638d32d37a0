//! The text of a key is in nothing that a store writes: not in its files, its log of writes, or the server's log.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use kizaki_store::{Key, Kind, Lifetime, NewPlatformKey, Rotation, Secret};

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
    let hidden: Vec<_> = secrets.into_iter().flat_map(hidden).collect();
    assert_eq!(files_with(&top, &hidden), "");
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
