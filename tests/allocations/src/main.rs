//! The program `tasknook` with an allocator that counts. Each connection to the socket `allocations`, in the working
//! folder, gets the numbers of allocations and allocated bytes since the start, 8 bytes each.
//!
//! Not counted: what SQLite, libpq and aws-lc allocate in C.

use std::alloc::System;
use std::fs;
use std::io::{self, Write};
use std::os::unix::net::UnixListener;
use std::process::ExitCode;
use std::thread;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const SOCKET: &str = "allocations";

fn main() -> io::Result<ExitCode> {
    // That of a former command, if there was any.
    let _ = fs::remove_file(SOCKET);
    let listener = UnixListener::bind(SOCKET)?;
    thread::spawn(move || report_to(&listener));
    Ok(tasknook::cli::run())
}

/// Allocates nothing itself.
fn report_to(listener: &UnixListener) -> io::Result<()> {
    loop {
        let (mut stream, _) = listener.accept()?;
        let stats = ALLOCATOR.stats();
        // A reallocation that grows counts as an allocation of the growth.
        let counts = [stats.allocations + stats.reallocations, stats.bytes_allocated];
        for count in counts {
            stream.write_all(&count.to_le_bytes())?;
        }
    }
}
