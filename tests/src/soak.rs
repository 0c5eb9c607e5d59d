//! Whether tests run for long, at full size.

/// The larger of two sizes when `TASKNOOK_SOAK=1`, which `make soak` sets; else the one that suits every run.
#[must_use]
pub fn short_or_soak<T>(short: T, soak: T) -> T {
    if std::env::var_os("TASKNOOK_SOAK").is_some_and(|value| value == "1") { soak } else { short }
}
