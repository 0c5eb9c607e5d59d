//! What a verifier stands on besides its keys and rules.

use std::fmt;
use std::sync::Arc;

use super::observer::NoObserver;
use crate::{Clock, ConfigError, MemoryOptions, Observer, SystemClock};

/// A verifier's clock, its memory, and who watches it; the defaults are the machine's clock, 16 MiB and nobody.
#[derive(Clone)]
pub struct VerifierOptions {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) memory: MemoryOptions,
    pub(crate) observer: Arc<dyn Observer>,
}

impl Default for VerifierOptions {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            memory: MemoryOptions::default(),
            observer: Arc::new(NoObserver),
        }
    }
}

impl VerifierOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The clock by which tokens expire and key sets age.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How much is remembered of verified tokens, and for how long.
    #[must_use]
    pub fn memory(mut self, memory: MemoryOptions) -> Self {
        self.memory = memory;
        self
    }

    /// Who is told of verdicts and fetches.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }

    pub(crate) fn validated(self) -> Result<Self, ConfigError> {
        Ok(Self { memory: self.memory.validated()?, ..self })
    }
}

impl fmt::Debug for VerifierOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifierOptions").field("memory", &self.memory).finish_non_exhaustive()
    }
}
