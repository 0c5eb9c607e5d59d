//! The signature algorithms, each of which belongs to a key (RFC 8725 §3.1).

/// An algorithm of RFC 7518 §3.1 or RFC 8037 that a key may be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Algorithm {
    Hs256,
    EdDsa,
    Es256,
    Es384,
    Es512,
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
}

impl Algorithm {
    /// The first name of an algorithm is the one that messages show. `Ed25519` is the same algorithm under the name of
    /// RFC 9864 §2.2, which includes the curve; Ed25519 is the only curve that a key of `EdDSA` may have here.
    const NAMES: [(&'static str, Self); 12] = [
        ("HS256", Self::Hs256),
        ("EdDSA", Self::EdDsa),
        ("Ed25519", Self::EdDsa),
        ("ES256", Self::Es256),
        ("ES384", Self::Es384),
        ("ES512", Self::Es512),
        ("RS256", Self::Rs256),
        ("RS384", Self::Rs384),
        ("RS512", Self::Rs512),
        ("PS256", Self::Ps256),
        ("PS384", Self::Ps384),
        ("PS512", Self::Ps512),
    ];

    /// The name in `alg`; names are case-sensitive (RFC 7515 §4.1.1).
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, algorithm)| *algorithm == self).map_or("", |(name, _)| *name)
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
    }

    /// Whether its keys are shared secrets.
    pub(crate) fn is_symmetric(self) -> bool {
        self == Self::Hs256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        for (name, algorithm) in Algorithm::NAMES {
            assert_eq!(Algorithm::named(name), Some(algorithm));
            assert_eq!(Algorithm::named(algorithm.name()), Some(algorithm));
        }
        for name in ["none", "hs256", "HS384", "HS512", "ES256K", "RS1", "Ed448", "ed25519", " HS256", ""] {
            assert_eq!(Algorithm::named(name), None, "{name}");
        }
    }
}
