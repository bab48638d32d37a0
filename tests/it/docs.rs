//! Doc comments reach the artifact, each with what it is about.

use inspire_artifact::Artifact;
use inspire_diagnostics::SourceMap;

const SCHEMA: &str = r#"
/// Sign-in.
auth {
  providers: [email]
  principal {
    /// From the profile.
    nick: string? @from(Profile.nick)
  }
}

/// One a user,
/// made at sign-up.
entity Profile {
  userId: __User.id @unique
  /// Shown to others.
  nick: string? /// of the next field
  rank: Rank = Low
  /// Everyone may look.
  @grant read
}

/// Two will do.
enum Rank {
  Low
  /// The better one.
  High
}

/// A value.
type Money {
  /// In cents.
  amount: int
}

apiKeys {
  scopes: {
    /// For dashboards.
    read: @system("api_read") { @grant read on Profile }
  }
}

routes("/v1", auth: apiKey(read)) {
  /// All of them.
  GET /profiles -> listProfiles
  // No doc comment.
  GET /profiles/:id -> getProfile
  //// A rule of slashes is none, either.
  HEAD /profiles -> countProfiles
}
"#;

#[test]
fn every_doc_comment_is_kept_with_its_subject() {
    let sources = SourceMap::new([("app.inspire", SCHEMA)]).unwrap();
    let artifact = Artifact::from_vec(inspire::build(&sources).artifact.unwrap()).unwrap();
    let docs: Vec<_> = artifact.docs().unwrap().into_iter().map(|doc| (doc.subject, doc.text)).collect();
    let expected = [
        ("auth", "Sign-in."),
        ("principal.nick", "From the profile."),
        ("scope read", "For dashboards."),
        ("GET /v1/profiles", "All of them."),
        ("Profile", "One a user,\nmade at sign-up."),
        ("Profile.nick", "Shown to others."),
        ("Profile.rank", "of the next field"),
        ("Money.amount", "In cents."),
        ("Rank", "Two will do."),
        ("Rank.High", "The better one."),
        ("Money", "A value."),
        ("policy of Profile", "Everyone may look."),
    ];
    let expected: Vec<_> = expected.into_iter().map(|(subject, text)| (subject.to_owned(), text)).collect();
    assert_eq!(docs, expected);
}
