//! The app's own database of a test, as the app would make it.

use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use crate::support::{Database, Place, compile_files};
use crate::visitor::Visitor;

/// What columns are called in PostgreSQL, and what SQLite keeps them as.
const TYPES: [(&str, &str, &str); 4] = [
    ("{uuid}", "uuid", "TEXT"),
    ("{rank}", "rank", "TEXT"),
    ("{datetime}", "timestamptz", "TEXT"),
    ("{text}", "text", "TEXT"),
];

/// The tables of `examples/saas` that its principal is read from; the enum is a type of its own where there are such.
const SAAS: &str = "
    CREATE TABLE organisation (id {uuid} PRIMARY KEY, name {text} NOT NULL);
    CREATE TABLE membership (
        id {uuid} PRIMARY KEY,
        user_id {uuid} NOT NULL,
        organisation_id {uuid} NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
        rank {rank} NOT NULL DEFAULT 'Member',
        joined_at {datetime},
        UNIQUE (user_id, organisation_id)
    );
    CREATE TABLE profile (id {uuid} PRIMARY KEY, user_id {uuid} NOT NULL UNIQUE, display_name {text} NOT NULL);
";

/// An organisation of the example.
pub(crate) const NORTH: &str = "018f0000-0000-7000-8000-00000000000a";
/// Another one.
pub(crate) const SOUTH: &str = "018f0000-0000-7000-8000-00000000000b";

impl Place {
    /// Makes the app's database, with these tables.
    pub(crate) async fn make_app(&mut self, tables: &str) {
        self.app_url = Some(match self.database {
            Database::Sqlite => format!("sqlite:{}", self.path("app.db").display()),
            // The service's own tables lie in a schema of their own.
            Database::Postgres => self.store_url.clone(),
        });
        self.app(tables).await;
    }

    /// Runs statements in the app's database.
    pub(crate) async fn app(&self, statements: &str) {
        let (url, database) = (self.app_url.as_ref().unwrap(), self.database);
        let text = TYPES.iter().fold(statements.to_owned(), |text, (name, postgres, sqlite)| {
            text.replace(name, if database == Database::Postgres { postgres } else { sqlite })
        });
        let text = AssertSqlSafe(text);
        match database {
            Database::Sqlite => {
                let options: sqlx::sqlite::SqliteConnectOptions = url.parse().unwrap();
                let options = options.create_if_missing(true).foreign_keys(true);
                let mut connection = options.connect().await.unwrap();
                sqlx::raw_sql(text).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Database::Postgres => {
                let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
                sqlx::raw_sql(text).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    /// Publishes `examples/saas` and makes its tables, with two organisations in them.
    pub(crate) async fn saas(&mut self) {
        self.settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        self.publish_bytes(&saas(|_, text| text));
        if self.database == Database::Postgres {
            self.make_app("CREATE TYPE rank AS ENUM ('Guest', 'Member', 'Admin', 'Owner')").await;
        }
        self.make_app(SAAS).await;
        self.app(&format!("INSERT INTO organisation VALUES ('{NORTH}', 'North'), ('{SOUTH}', 'South')"))
            .await;
    }

    /// Makes a user a member of an organisation of the example.
    pub(crate) async fn join(&self, user: &str, organisation: &str, rank: &str) {
        // The row's own id is anything that no other row has.
        let id = format!("{}{}", &user[..24], &organisation[24..]);
        self.app(&format!(
            "INSERT INTO membership (id, user_id, organisation_id, rank)
             VALUES ('{id}', '{user}', '{organisation}', '{rank}')"
        ))
        .await;
    }
}

impl Visitor<'_> {
    /// The id of the user who is signed in.
    pub(crate) async fn id(&self) -> String {
        self.session().await.json()["user"]["id"].as_str().unwrap().to_owned()
    }
}

/// The artifact of `examples/saas`, with each of its files changed.
pub(crate) fn saas(change: impl Fn(&str, String) -> String) -> Vec<u8> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/saas/schema");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = change(&name, std::fs::read_to_string(&path).unwrap());
        files.push((name, text));
    }
    compile_files(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}
