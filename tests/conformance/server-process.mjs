import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

const LISTENING = '0A';

/** The socket that listens on a port, by its inode. */
function listenerInode(port) {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(`:${hexPort}`) && fields[3] === LISTENING) return fields[9];
    }
  }
  return null;
}

function holds(pid, inode) {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`);
  } catch {
    // The process ended, or belongs to another user.
    return false;
  }
}

/** The process that serves a port, or null where there is no /proc to find it in. */
export function serverPid(port) {
  if (process.env.TASKNOOK_PID) return process.env.TASKNOOK_PID;
  try {
    const inode = listenerInode(port);
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).find((pid) => holds(pid, inode)) ?? null;
  } catch {
    return null;
  }
}

/** Its resident memory in bytes; NaN when it cannot be read. */
export function residentBytes(port) {
  try {
    const status = readFileSync(`/proc/${serverPid(port)}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]) * 1024;
  } catch {
    return Number.NaN;
  }
}

/** How many files a process may open; NaN when it cannot be read. */
export function openFilesLimit(pid = 'self') {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))[1]);
  } catch {
    return Number.NaN;
  }
}
