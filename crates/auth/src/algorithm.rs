//! The signature algorithms, each of which belongs to a key (RFC 8725 §3.1).

/// An algorithm of RFC 7518 §3.1 or RFC 8037 that a key may be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Hs256,
    EdDsa,
    Es256,
    Rs256,
    Ps256,
}

impl Algorithm {
    const ALL: [Self; 5] = [Self::Hs256, Self::EdDsa, Self::Es256, Self::Rs256, Self::Ps256];

    /// The name in `alg`; names are case-sensitive (RFC 7515 §4.1.1).
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Whether its keys are secrets that both sides hold.
    pub(crate) fn is_symmetric(self) -> bool {
        self == Self::Hs256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_names_and_no_others() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::named(algorithm.name()), Some(algorithm));
        }
        for name in ["none", "hs256", "HS384", "HS512", "RS384", "ES512", "Ed25519", " HS256", ""] {
            assert_eq!(Algorithm::named(name), None, "{name}");
        }
    }
}
