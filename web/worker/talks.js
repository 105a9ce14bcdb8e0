// SPDX-License-Identifier: Apache-2.0
// Who talks to whom: the sockets of a dump as pairs, those of one kind together.
import { G } from '../text/dump.js';
import { endOf, onceEach, wordsOf } from './grids.js';

/** @typedef {import('../types.d.ts').Talk} Talk */

/** Pairs that are drawn. */
const MOST = 200;

/** @param {any} dump @returns {Talk[]} */
export function talksOf(dump) {
  const names = new Map(dump.processes.map((/** @type {any} */ p) => [p.pid, wordsOf(p.comm)]));
  const process = (/** @type {number | null} */ pid) =>
    pid === null ? G.inFlight : `${pid} ${names.get(pid) ?? ''}`.trim();
  /** @type {Map<string, Talk>} */
  const talks = new Map();
  const add = (/** @type {Omit<Talk, 'count'>} */ talk) => {
    const key = JSON.stringify([talk.from, talk.how, talk.to, talk.tone]);
    const known = talks.get(key);
    if (known) known.count++;
    else talks.set(key, { ...talk, count: 1 });
  };
  /** Ends of pairs that were told from the other side. @type {Set<string>} */
  const told = new Set();
  // A socket that several processes share, as after a fork, is one: told of the first that holds it.
  const sockets = onceEach(dump.sockets());
  /** The first socket between two ports. @type {Map<string, any>} */
  const byPorts = new Map();
  for (const socket of sockets) {
    const key = `${socket.protocol}/${socket.local?.port}/${socket.remote?.port}`;
    if (!byPorts.has(key)) byPorts.set(key, socket);
  }
  for (const socket of sockets) {
    const { pid, fd, family, protocol, type, state, local, remote, peer, name, abstract } = socket;
    const how = [protocol ?? type, family === 'inet' ? '' : family].filter(Boolean).join(' ');
    const from = process(pid);
    if (state === 'LISTEN') {
      const at = local ? endOf(local, family) : `${abstract ? '@' : ''}${wordsOf(name)}`;
      add({ from: at, how: `${how} ${G.listens}`, to: from, tone: 'listen' });
    } else if (peer) {
      if (peer.holders.length === 0) {
        add({ from, how, to: G.outsider, tone: 'warning' });
        continue;
      }
      if (told.has(`${pid}/${fd}`)) continue;
      for (const holder of peer.holders) told.add(`${holder.pid}/${holder.fd}`);
      add({ from, how, to: process(peer.holders[0].pid), tone: '' });
    } else if (remote?.address && remote.port > 0) {
      const other = byPorts.get(`${protocol}/${remote.port}/${local?.port}`);
      if (other && told.has(`${pid}/${fd}`)) continue;
      if (other) told.add(`${other.pid}/${other.fd}`);
      const open = protocol === 'tcp' && state === 'ESTABLISHED';
      const to = endOf(remote, family);
      add({ from, how, to: other ? process(other.pid) : to, tone: open ? 'warning' : '' });
    }
  }
  const rank = { warning: 0, listen: 1, '': 2 };
  return [...talks.values()]
    .sort((a, b) => rank[a.tone] - rank[b.tone] || b.count - a.count)
    .slice(0, MOST);
}
