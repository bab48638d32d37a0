//! The table of codes. Their names are a public contract: tools and suppressions use them, so none ever changes.
//!
//! The long text of a code is its page in the book; `kizaki explain` shows it.

use crate::Severity;

/// What sort of rule a code stands for, which decides who may change its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A mistake; it stops the build whatever the levels say.
    Error,
    /// A warning unless a level says otherwise.
    Warning,
    /// A note unless a level says otherwise.
    Note,
    /// Silent unless a level raises it.
    Lint,
}

macro_rules! codes {
    ($($stem:literal { $($variant:ident $name:literal $kind:ident $title:literal)* })*) => {
        /// The name of a rule.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $title] $variant,)*)*
        }

        impl Code {
            /// Every code, by area and then by name.
            pub const ALL: &[Self] = &[$($(Self::$variant,)*)*];

            /// The name that tools and suppressions use, such as `unknown-provider`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($(Self::$variant => $name,)*)* }
            }

            /// The code with this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($($name => Some(Self::$variant),)*)* _ => None }
            }

            /// The rule in one line, lower case, without a full stop.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $($(Self::$variant => $title,)*)* }
            }

            /// What sort of rule it is.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $($(Self::$variant => Kind::$kind,)*)* }
            }

            /// The area it belongs to: the stem of the files that hold its rule.
            #[must_use]
            pub const fn area(self) -> &'static str {
                match self { $($(Self::$variant => $stem,)*)* }
            }
        }
    };
}

codes! {
    "text" {
        BlockComment "block-comment" Error "comments start with `//`; there are no block comments"
        HiddenCharacter "hidden-character" Error "an invisible or control character stands in the text"
        IntegerOverflow "integer-overflow" Error "a number does not fit its type"
        InvalidUtf8 "invalid-utf8" Error "the file is not valid UTF-8"
        MalformedDuration "malformed-duration" Error "a duration is not digits and a unit"
        MalformedRate "malformed-rate" Error "a rate is not a count and a unit"
        NestingTooDeep "nesting-too-deep" Error "brackets or conditions are nested more than 128 deep"
        UnclosedDelimiter "unclosed-delimiter" Error "a bracket is never closed"
        UnexpectedAt "unexpected-at" Error "a declaration starts with a stray `@`"
        UnexpectedToken "unexpected-token" Error "the grammar allows something else here"
        UnknownEscape "unknown-escape" Error "a string has an escape that does not exist"
        UnterminatedString "unterminated-string" Error "a string has no closing quote on its line"
    }
    "schema" {
        DuplicateBlock "duplicate-block" Error "a block that may stand once stands twice"
        DuplicateKey "duplicate-key" Error "a key is given twice in one block"
        DuplicateName "duplicate-name" Error "one name is declared twice"
        InvalidAllow "invalid-allow" Error "an allowance in a comment is malformed or allows what does not exist"
        InvalidValue "invalid-value" Error "a key is given a value of the wrong kind"
        LimitExceeded "limit-exceeded" Error "the schema is larger than an artifact can be"
        MigrationInSchema "migration-in-schema" Error "a migration plan stands in a schema"
        MissingKey "missing-key" Error "a key that must be given is missing"
        ReservedName "reserved-name" Error "names that start with `__` belong to the platform"
        UnknownKey "unknown-key" Error "a block has a key that does not exist"
        UnusedAllow "unused-allow" Warning "an allowance in a comment allows nothing"
    }
    "auth" {
        AmbiguousUserLink "ambiguous-user-link" Error "an entity is tied to the user in several ways"
        AttributeCycle "attribute-cycle" Error "principal attributes need each other"
        AttributeTypeMismatch "attribute-type-mismatch" Error "a principal attribute is declared with another type than its field"
        CompositionRules "composition-rules" Lint "a password policy asks for kinds of characters"
        DuplicateBinding "duplicate-binding" Error "a principal attribute is bound twice"
        DuplicateProvider "duplicate-provider" Error "a sign-in provider is listed twice"
        EmptyProviders "empty-providers" Error "the list of sign-in providers is empty"
        ImpossiblePassword "impossible-password" Error "no password can satisfy the policy"
        LongSession "long-session" Warning "sessions last longer than 30 days"
        ManyRows "many-rows" Warning "a principal attribute may match several rows"
        MissingBinding "missing-binding" Error "a principal attribute is bound to nothing"
        MissingProviders "missing-providers" Error "`auth` names no sign-in provider"
        NoPasswordBlocklist "no-password-blocklist" Warning "neither common nor leaked passwords are refused"
        NoUserLink "no-user-link" Error "an entity is not tied to the user"
        PasswordMaxTooLong "password-max-too-long" Error "the maximum password length is over 1024"
        PasswordMaxTooShort "password-max-too-short" Error "the maximum password length is under 64"
        PasswordTooShort "password-too-short" Error "the minimum password length is under 8"
        PasswordWithoutEmail "password-without-email" Error "a password policy without sign-in by e-mail"
        RemovedKey "removed-key" Error "a key was removed from the language"
        ReservedAttribute "reserved-attribute" Error "the platform declares this principal attribute itself"
        SessionDurationOutOfRange "session-duration-out-of-range" Error "a session lasts under a minute or over 365 days"
        ShortPassword "short-password" Warning "the minimum password length is under 12"
        UnknownAttribute "unknown-attribute" Error "no principal attribute has this name"
        UnknownLinking "unknown-linking" Error "no way of linking accounts has this name"
        UnknownProvider "unknown-provider" Error "no sign-in provider has this name"
        UnsupportedBinding "unsupported-binding" Error "a principal attribute is narrowed by more than equalities"
        UnsupportedLinking "unsupported-linking" Error "accounts are never linked by equal e-mail address"
    }
    "data" {
        ColumnCollision "column-collision" Error "two names become the same table or column"
        DefaultTypeMismatch "default-type-mismatch" Error "a default does not fit the type of its field"
        DefaultViolatesRule "default-violates-rule" Error "a default breaks a rule of its own field"
        DuplicateAnnotation "duplicate-annotation" Error "an annotation is given twice"
        EmptyEnum "empty-enum" Error "an enum has no member"
        EmptyRange "empty-range" Error "a minimum is larger than its maximum"
        EntityWithoutPolicy "entity-without-policy" Note "nobody may touch an entity"
        FileArray "file-array" Error "files cannot be listed in one field"
        ImplicitFieldConflict "implicit-field-conflict" Error "a field clashes with one that every entity has"
        InvalidAnnotation "invalid-annotation" Error "an annotation has the wrong arguments"
        InvalidRegex "invalid-regex" Error "a pattern is no regular expression"
        MalformedDecimal "malformed-decimal" Error "a `decimal` without a valid precision and scale"
        MisplacedAnnotation "misplaced-annotation" Error "an annotation stands where it has no meaning"
        NestedArray "nested-array" Error "an array of arrays"
        RecursiveType "recursive-type" Error "an embedded type contains itself"
        ReferenceArray "reference-array" Error "an array of references"
        ReferenceToNonUnique "reference-to-non-unique" Error "a reference to a field that is not unique"
        SensitiveUnique "sensitive-unique" Error "an encrypted field cannot be unique"
        SetNullOnRequired "set-null-on-required" Error "`setNull` on a field that is never null"
        UnknownAnnotation "unknown-annotation" Error "no annotation has this name"
        UnknownEntity "unknown-entity" Error "no entity has this name"
        UnknownEnumMember "unknown-enum-member" Error "an enum has no such member"
        UnknownField "unknown-field" Error "an entity has no such field"
        UnknownType "unknown-type" Error "no type has this name"
    }
    "policy" {
        AlwaysFalse "always-false" Warning "a condition asks whether something is null that never is"
        AnonymousPrincipal "anonymous-principal" Error "a grant to anyone asks who is signed in"
        ClauseOrder "clause-order" Error "the clauses of a policy stand in another order"
        ConstantCondition "constant-condition" Warning "a condition comes out the same for every row and user"
        DeadGrant "dead-grant" Warning "a deny takes back all that a grant gives"
        DuplicatePolicy "duplicate-policy" Warning "one policy is written twice"
        FieldListOnDelete "field-list-on-delete" Error "a row is deleted whole"
        InvalidClause "invalid-clause" Error "a policy clause has no meaning here"
        RedundantGrant "redundant-grant" Lint "a grant gives nothing that another does not give already"
        TypeMismatch "type-mismatch" Error "two values of different types are compared"
        UndeclaredRole "undeclared-role" Warning "no role has this name"
        UnknownAction "unknown-action" Error "no action has this name"
        ViaAmbiguous "via-ambiguous" Error "a membership is tied to the row in several ways"
        ViaNoPath "via-no-path" Error "nothing ties a membership to the row"
        WordOperator "word-operator" Error "an operator is written as a word"
    }
    "hook" {
        DuplicateHook "duplicate-hook" Warning "a function is called twice for one event"
        FieldOnWrongEvent "field-on-wrong-event" Error "a hook names a field although the event changes none"
        InvalidCron "invalid-cron" Error "a schedule's time is malformed or never comes"
        InvalidHook "invalid-hook" Error "a hook has another form than `@on(event) trigger name`"
        MalformedBackoff "malformed-backoff" Error "a backoff is not a strategy with its first delay"
        RetriesOutOfRange "retries-out-of-range" Error "the retries of an effect are not 0 to 100"
        TimeoutOutOfRange "timeout-out-of-range" Error "a function has no time, or more than 15 minutes"
        UnknownEvent "unknown-event" Error "no event has this name"
    }
    "namespace" {
        EntityInTwoNamespaces "entity-in-two-namespaces" Error "an entity is in two namespaces"
        NamespaceScopeType "namespace-scope-type" Error "a namespace is scoped by something that is no reference"
    }
    "api_keys" {
        EmptyScope "empty-scope" Warning "an API-key scope grants nothing"
        ExcessGrant "excess-grant" Lint "an API-key scope grants more than its routes use"
        MalformedSystemName "malformed-system-name" Error "a system name is not in snake_case"
        PrincipalInScope "principal-in-scope" Error "a scope's condition asks for the signed-in user"
        RemovedSyntax "removed-syntax" Error "an old form that was removed from the language"
        UnusedScope "unused-scope" Warning "no route asks for an API-key scope"
    }
    "routes" {
        DuplicateParameter "duplicate-parameter" Error "a path names two parameters alike"
        DuplicateRoute "duplicate-route" Error "one route is declared twice"
        HandlerMixedAuth "handler-mixed-auth" Warning "one handler is reached with and without authentication"
        MalformedPath "malformed-path" Error "a path is not well formed"
        MethodCase "method-case" Error "methods are written in upper case"
        MissingAuth "missing-auth" Error "a route does not say who may call it"
        MissingScope "missing-scope" Error "`apiKey` without a scope"
        OverlapChangesAuth "overlap-changes-auth" Warning "two overlapping routes have different authentication"
        PathCase "path-case" Warning "two paths differ by case only"
        ReservedPath "reserved-path" Error "paths that start with `/__` belong to the platform"
        SessionWithoutAuth "session-without-auth" Error "a route asks for a session, but nobody can sign in"
        UnknownAuthMode "unknown-auth-mode" Error "no way of authentication has this name"
        UnknownMethod "unknown-method" Error "no HTTP method has this name"
        UnknownOption "unknown-option" Error "routes have no such option"
        UnknownScope "unknown-scope" Error "no API-key scope has this name"
        UnsupportedWildcard "unsupported-wildcard" Error "a path has a wildcard"
    }
    "validation" {
        ConflictingField "conflicting-field" Error "no value of a field suits all parts of a validation type"
        EmptyValidation "empty-validation" Error "a validation type has no field"
        InvalidDerivation "invalid-derivation" Error "a derivation has another form than it should"
        MissingDiscriminant "missing-discriminant" Error "nothing tells the variants of a union apart"
        RepeatedDiscriminant "repeated-discriminant" Error "two variants of a union have one discriminant"
        UnknownDerivation "unknown-derivation" Error "no derivation has this name"
        UnknownSource "unknown-source" Error "nothing with fields has this name"
        ValidationCycle "validation-cycle" Error "a validation type is derived from itself"
    }
    "platform" {
        InvalidSecret "invalid-secret" Error "a secret is not named by a string in upper case"
        LiteralSecret "literal-secret" Error "a secret stands in the schema"
    }
    "payments" {
        DuplicatePrice "duplicate-price" Error "a price belongs to two plans"
        InvalidPlan "invalid-plan" Error "a plan contradicts itself or the rest of the block"
        PaymentsWithoutAuth "payments-without-auth" Error "there are plans although nobody can sign in"
        PeriodOutOfRange "period-out-of-range" Error "a trial or grace period is not possible"
        SecondFreePlan "second-free-plan" Error "two plans have no price"
        UnknownPlan "unknown-plan" Error "no plan, or state of one, has this name"
    }
    "integrations" {
        IntegrationsWithoutAuth "integrations-without-auth" Error "accounts can be connected although nobody can sign in"
        MalformedUrl "malformed-url" Error "an address is not a whole `https` address"
        MisplacedKey "misplaced-key" Error "a key belongs to another kind of service"
        UnknownIntegration "unknown-integration" Error "no service has this name"
    }
    "network" {
        DuplicateHost "duplicate-host" Warning "a host is allowed twice"
        MalformedHost "malformed-host" Error "a host is not a name with an optional port"
        PrivateHost "private-host" Warning "a host on the inside of the network is allowed"
    }
    "email" {
        MalformedAddress "malformed-address" Error "the sender of mail is not an address"
    }
    "keys" {
        InactiveKey "inactive-key" Error "a key is to be rotated that has expired or is revoked"
        InvalidKeySetting "invalid-key-setting" Error "a key cannot be made with this name, lifetime or grace period"
        KeyAsArgument "key-as-argument" Error "a whole key is given where it can be seen"
        UnknownKeyId "unknown-key-id" Error "no key has this id"
    }
    "login" {
        LoginFailed "login-failed" Error "a login was refused, or not approved in time"
        LoginNeeded "login-needed" Error "a server accepts only those who are logged in"
        ServerFailed "server-failed" Error "a server cannot be reached, or does not do what was asked"
    }
    "operators" {
        UnknownOperator "unknown-operator" Error "no operator has this name"
    }
    "effects" {
        SettledEffect "settled-effect" Error "an effect is in a state in which this makes no sense"
        UnknownEffect "unknown-effect" Error "no effect in the outbox has this id"
    }
    "environment" {
        AppDatabaseFailed "app-database-failed" Error "the app's own database cannot be used"
        CredentialsFailed "credentials-failed" Error "the file that logins are kept in cannot be used"
        FileTooLarge "file-too-large" Error "a source file has 4 GiB or more"
        InvalidArtifact "invalid-artifact" Error "a file is no valid artifact"
        InvalidConfig "invalid-config" Error "`kizaki.toml` cannot be used"
        NoSchema "no-schema" Error "there is no schema to read"
        OutputFailed "output-failed" Error "a result could not be written"
        ServeFailed "serve-failed" Error "the auth service cannot be started"
        StoreFailed "store-failed" Error "the store of the auth service cannot be used"
        UnreadableFile "unreadable-file" Error "a file could not be read"
    }
}

impl Code {
    /// The severity a diagnostic of this code has when no level says otherwise; a lint that is raised is a warning.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self.kind() {
            Kind::Error => Severity::Error,
            Kind::Warning | Kind::Lint => Severity::Warning,
            Kind::Note => Severity::Note,
        }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
