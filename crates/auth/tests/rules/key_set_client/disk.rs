//! Rule 7: a copy of the last good key set on disk, for a start while the issuer is down.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::seconds;
use crate::support::{
    FixedCalendar, ManualClock, NOW, Recorder, ScriptedSource, SigningKey, await_condition, claims, key_set,
    logged, options_on, rules, verdict, verify,
};
use tasknook_auth::{DiskCache, FetchError, FetchedKeys, JwksOptions, JwksSource, JwksVerifier};

/// A place for a copy, in a directory that does not exist yet.
struct Disk {
    root: TempDir,
    path: PathBuf,
}

impl Disk {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("keys").join("copy.json");
        Self { root, path }
    }

    /// With the copy of this set, fetched some time ago.
    fn with_copy(set: &str, age: i64) -> Self {
        let disk = Self::new();
        disk.store(set);
        await_condition(|| disk.path.exists());
        disk.edit(|copy| copy["fetched_at_unix"] = json!(now() - age));
        disk
    }

    fn cache(&self, source: &Arc<ScriptedSource>) -> DiskCache<Arc<ScriptedSource>> {
        DiskCache::new(Arc::clone(source), &self.path)
    }

    /// Fetches a set, and waits until it is written.
    fn store(&self, set: &str) {
        assert_eq!(fetched(&self.cache(&ScriptedSource::with_body(set))).as_deref(), Some(set));
    }

    /// The set that a new process gets while the issuer is down.
    fn found(&self) -> Option<String> {
        found(&self.cache(&ScriptedSource::down()))
    }

    fn edit(&self, change: impl FnOnce(&mut Value)) {
        let mut copy = serde_json::from_slice(&fs::read(&self.path).unwrap()).unwrap();
        change(&mut copy);
        fs::write(&self.path, copy.to_string()).unwrap();
    }
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

fn fetched(source: &dyn JwksSource) -> Option<String> {
    source.fetch().ok().map(|keys| String::from_utf8(keys.body().to_vec()).unwrap())
}

fn found(source: &dyn JwksSource) -> Option<String> {
    source.fallback().map(|keys| String::from_utf8(keys.body().to_vec()).unwrap())
}

fn a_set() -> String {
    key_set(&[SigningKey::ed25519().jwk("k1")])
}

/// A failed fetch is not retried within a test.
fn verifier(source: impl JwksSource + 'static) -> JwksVerifier {
    let timing = JwksOptions::new().retry(seconds(3600), seconds(3600));
    let options = options_on(Arc::new(FixedCalendar));
    JwksVerifier::with_options(Arc::new(source), timing, rules(), options).unwrap()
}

#[test]
fn a_start_during_an_outage_uses_the_copy() {
    let (disk, key) = (Disk::new(), SigningKey::ed25519());
    let token = key.token("k1", &claims());
    let issuer = ScriptedSource::with_keys(&[key.jwk("k1")]);
    assert_eq!(verdict(&verifier(disk.cache(&issuer)), &token), "accepted");
    await_condition(|| disk.path.exists());
    issuer.set(|| Err(FetchError::Timeout));
    assert_eq!(verdict(&verifier(Arc::clone(&issuer)), &token), "keys_unavailable");
    assert_eq!(verdict(&verifier(disk.cache(&issuer)), &token), "accepted");
}

#[test]
fn a_key_that_the_copy_lacks_is_unchecked() {
    let (disk, new) = (Disk::with_copy(&a_set(), 60), SigningKey::ed25519());
    // An issuer that cannot be reached does not use up the limit of fetches.
    let issuer = ScriptedSource::new(|| Err(FetchError::Unreachable("no route".into())));
    let verifier = verifier(disk.cache(&issuer));
    await_condition(|| verifier.age().is_some());
    assert_eq!(verdict(&verifier, &new.token("k2", &claims())), "unchecked_key");
    issuer.set_keys(&[new.jwk("k1")]);
    assert_eq!(verdict(&verifier, &new.token("k3", &claims())), "unknown_key");
}

#[test]
fn the_age_of_the_copy_counts() {
    let (age, key) = (90_000, SigningKey::ed25519());
    let disk = Disk::with_copy(&key_set(&[key.jwk("k1")]), age);
    let copy = disk.cache(&ScriptedSource::down()).fallback().unwrap();
    let age = seconds(age.try_into().unwrap());
    assert!((age..age + seconds(600)).contains(&copy.age()), "{:?}", copy.age());
    let verifier = verifier(disk.cache(&ScriptedSource::down()));
    await_condition(|| verifier.age().is_some());
    assert!(verifier.age() >= Some(age) && !verifier.is_ready());
    assert_eq!(verdict(&verifier, &key.token("k1", &claims())), "keys_unavailable");
}

#[test]
fn a_fetch_renews_the_time_of_the_copy() {
    let (disk, set) = (Disk::with_copy(&a_set(), 5000), a_set());
    disk.store(&set);
    let copy = disk.cache(&ScriptedSource::down()).fallback().unwrap();
    assert!(copy.age() < seconds(600), "{:?}", copy.age());
    assert_eq!(copy.body(), set.as_bytes());
}

#[test]
fn a_source_that_hangs_at_the_start_leaves_the_copy() {
    let key = SigningKey::ed25519();
    let disk = Disk::with_copy(&key_set(&[key.jwk("k1")]), 60);
    let issuer = ScriptedSource::down();
    issuer.set_deadline(Duration::from_millis(50));
    issuer.block(true);
    assert_eq!(verdict(&verifier(disk.cache(&issuer)), &key.token("k1", &claims())), "accepted");
    issuer.block(false);
}

#[test]
fn a_copy_does_not_make_a_failed_fetch_a_success() {
    let (disk, key) = (Disk::with_copy(&a_set(), 60), SigningKey::ed25519());
    let retry_after = Some(seconds(300));
    let issuer = ScriptedSource::new(move || Err(FetchError::Status { status: 429, retry_after }));
    let recorder = Recorder::new();
    let options = options_on(ManualClock::at(NOW)).observer(Arc::clone(&recorder) as _);
    let cache = Arc::new(disk.cache(&issuer));
    let verifier = JwksVerifier::with_options(cache, JwksOptions::new(), rules(), options).unwrap();
    await_condition(|| verifier.age().is_some());
    assert_eq!(recorder.await_events(), ["failed status"]);
    for id in ["k2", "k3", "k4", "k5"] {
        let error = verify(&verifier, &key.token(id, &claims())).unwrap_err();
        assert_eq!((error.reason(), error.retry_after_seconds()), ("unchecked_key", Some(300)), "{id}");
    }
    assert_eq!(issuer.fetches(), 1);
}

#[test]
fn an_unusable_response_neither_replaces_nor_hides_the_copy() {
    let (set, twin) = (a_set(), SigningKey::ed25519().jwk("k1"));
    let twins = key_set(&[twin, SigningKey::ed25519().jwk("k1")]);
    let rsa = r#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}"#;
    for body in ["<html>", "{}", r#"{"keys":[]}"#, rsa, &twins] {
        let disk = Disk::with_copy(&set, 60);
        let cache = disk.cache(&ScriptedSource::with_body(body));
        assert_eq!([fetched(&cache), found(&cache)], [Some(body.to_owned()), Some(set.clone())]);
        drop(cache);
        assert_eq!(disk.found(), Some(set.clone()));
    }
}

/// Calls that have outlived their deadline go on.
#[test]
fn an_older_call_does_not_replace_the_set_of_a_newer_one() {
    /// Returns the older set late.
    struct Late(Mutex<VecDeque<(Receiver<()>, String)>>);

    impl JwksSource for Late {
        fn fetch(&self) -> Result<FetchedKeys, FetchError> {
            let (released, set) = self.0.lock().unwrap().pop_front().unwrap();
            let _ = released.recv();
            Ok(FetchedKeys::new(set))
        }
    }

    let (disk, older, newer) = (Disk::new(), a_set(), a_set());
    let ((release, first), (_, second)) = (channel(), channel());
    let source = Arc::new(Late(Mutex::new([(first, older.clone()), (second, newer.clone())].into())));
    let cache = DiskCache::new(Arc::clone(&source), &disk.path);
    thread::scope(|scope| {
        let late = scope.spawn(|| fetched(&cache));
        await_condition(|| source.0.lock().unwrap().len() == 1);
        assert_eq!(fetched(&cache), Some(newer.clone()));
        drop(release);
        assert_eq!(late.join().unwrap(), Some(older));
    });
    assert_eq!(found(&cache), Some(newer.clone()));
    drop(cache);
    assert_eq!(disk.found(), Some(newer));
}

#[test]
fn a_set_with_a_private_key_deletes_the_copy() {
    let good = SigningKey::ed25519().jwk("k1");
    let public = SigningKey::ed25519().jwk("k2");
    let mut leaked = public.clone();
    leaked["d"] = json!("c2VjcmV0");
    for private in [leaked.clone(), json!({ "kty": "oct", "k": "c2VjcmV0" })] {
        let set = key_set(&[good.clone(), private]);
        let disk = Disk::with_copy(&a_set(), 60);
        disk.store(&set);
        await_condition(|| !disk.path.exists());

        let disk = Disk::with_copy(&a_set(), 60);
        disk.edit(|copy| copy["key_set"] = json!(set));
        assert_eq!(disk.found(), None);
    }
    // The key remains leaked without its private half.
    let (disk, issuer) = (Disk::with_copy(&a_set(), 60), ScriptedSource::with_keys(&[leaked]));
    let cache = disk.cache(&issuer);
    assert!(fetched(&cache).is_some());
    issuer.set_keys(&[good, public]);
    assert!(fetched(&cache).is_some());
    assert_eq!(found(&cache), None);
    drop(cache);
    assert_eq!(disk.found(), None);
}

#[test]
fn a_copy_that_is_not_of_this_source_and_time_is_ignored() {
    type Change = fn(&mut Value);
    let changes: [Change; 7] = [
        |copy| copy["fetched_at_unix"] = json!(now() + 600),
        |copy| copy["fetched_at_unix"] = json!(-1),
        |copy| copy["source"] = json!("https://elsewhere.test/jwks"),
        |copy| copy["key_set"] = json!("{}"),
        |copy| copy["key_set"] = json!(" ".repeat(9 << 20)),
        |copy| *copy = json!({ "key_set": copy["key_set"] }),
        |copy| *copy = json!("<html>"),
    ];
    for change in changes {
        let disk = Disk::with_copy(&a_set(), 60);
        assert!(disk.found().is_some());
        disk.edit(change);
        assert_eq!(disk.found(), None);
    }
}

/// A source with a location, which is down.
struct At(&'static str);

impl JwksSource for At {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        if self.0.ends_with("up") { Ok(FetchedKeys::new(a_set())) } else { Err(FetchError::Timeout) }
    }

    fn location(&self) -> Option<String> {
        Some(self.0.trim_end_matches(" up").to_owned())
    }
}

#[test]
fn the_copy_of_another_url_is_not_used() {
    let disk = Disk::new();
    assert!(fetched(&DiskCache::new(At("https://a.test up"), &disk.path)).is_some());
    assert!(found(&DiskCache::new(At("https://b.test"), &disk.path)).is_none());
    let cache = DiskCache::new(At("https://a.test"), &disk.path);
    assert!(found(&cache).is_some());
    assert_eq!(cache.location().as_deref(), Some("https://a.test"));
}

#[test]
fn without_a_usable_directory_the_source_works_and_the_log_warns_once() {
    let disk = Disk::new();
    fs::write(disk.root.path().join("keys"), "a file in its place").unwrap();
    let fetch_twice = || {
        let cache = disk.cache(&ScriptedSource::with_body(a_set()));
        assert!(fetched(&cache).is_some() && fetched(&cache).is_some());
    };
    // The first use of an event, by whichever test, decides who is asked about it.
    fetch_twice();
    let lines = logged(fetch_twice);
    assert!(matches!(&lines[..], [line] if line.starts_with("WARN")), "{lines:?}");
}

#[test]
fn a_missing_copy_is_not_logged_and_its_use_is() {
    let disk = Disk::new();
    assert_eq!(logged(|| assert_eq!(disk.found(), None)), [""; 0]);
    let disk = Disk::with_copy(&a_set(), 60);
    // As above.
    assert!(disk.found().is_some());
    let lines = logged(|| assert!(disk.found().is_some()));
    assert!(matches!(&lines[..], [line] if line.contains("the key set on disk is used")), "{lines:?}");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn the_copy_and_its_directory_are_for_the_owner_only() {
        let disk = Disk::with_copy(&a_set(), 60);
        let directory = disk.path.parent().unwrap();
        assert_eq!((mode(&disk.path), mode(directory)), (0o600, 0o700));
        let files: Vec<_> = fs::read_dir(directory).unwrap().collect();
        assert_eq!(files.len(), 1, "{files:?}");
    }

    #[test]
    fn a_file_or_directory_that_others_can_write_is_not_used() {
        for (mode, is_used) in [(0o600, true), (0o644, true), (0o620, false), (0o602, false), (0o666, false)]
        {
            let disk = Disk::with_copy(&a_set(), 60);
            set_mode(&disk.path, mode);
            assert_eq!(disk.found().is_some(), is_used, "{mode:o}");
        }
        for (mode, is_used) in [(0o755, true), (0o770, false), (0o1777, false)] {
            let disk = Disk::with_copy(&a_set(), 60);
            set_mode(disk.path.parent().unwrap(), mode);
            assert_eq!(disk.found().is_some(), is_used, "{mode:o}");
            fs::remove_file(&disk.path).unwrap();
            disk.store(&a_set());
            assert_eq!(disk.path.exists(), is_used, "{mode:o}");
        }
    }
    /// Only root can give files away.
    #[test]
    fn a_file_or_directory_of_another_user_is_not_used() {
        let disk = Disk::with_copy(&a_set(), 60);
        let directory = disk.path.parent().unwrap();
        if chown(&disk.path, Some(1000), None).is_ok() && fs::metadata(directory).unwrap().uid() == 0 {
            assert_eq!(disk.found(), None);
            chown(&disk.path, Some(0), None).unwrap();
            assert!(disk.found().is_some());
            chown(directory, Some(1000), None).unwrap();
            assert_eq!(disk.found(), None);
            fs::remove_file(&disk.path).unwrap();
            disk.store(&a_set());
            assert!(!disk.path.exists());
        }
    }

    #[test]
    fn a_symbolic_link_in_place_of_the_copy_is_not_used() {
        let disk = Disk::with_copy(&a_set(), 60);
        let target = disk.path.with_extension("target");
        fs::rename(&disk.path, &target).unwrap();
        symlink(&target, &disk.path).unwrap();
        assert_eq!(disk.found(), None);
        disk.store(&a_set());
        assert!(disk.found().is_some());
    }
}
