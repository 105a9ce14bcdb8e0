// SPDX-License-Identifier: Apache-2.0
// ckpt sockets
import { DUMP_OPTIONS, runView } from './dump-command.js';
import { shown } from './rows.js';

/** @param {any} end of a connection @param {string} family */
function endText(end, family) {
  if (!end) return '';
  const { address, port } = end;
  return `${family === 'inet6' ? `[${address}]` : address}:${port || '*'}`;
}

/** @param {any} socket */
export function localText({ family, local, name, abstract, portid, interface: device, ifindex }) {
  if (local) return endText(local, family);
  if (family === 'unix') return name === null ? '-' : `${abstract ? '@' : ''}${shown(name)}`;
  if (family === 'netlink') return `port ${portid}`;
  if (device !== null) return shown(device);
  return ifindex ? `interface ${ifindex}` : '*';
}

/** @param {any} socket */
export function remoteText({ family, remote, peer }) {
  if (remote) return endText(remote, family);
  if (!peer) return '';
  const [first] = peer.holders;
  return first ? `${first.pid}/${first.fd}` : `[${peer.inode}] outside`;
}

/** What it speaks: tcp6, icmpv6, unix stream, packet ip. @param {any} socket */
export function protocolText({ family, protocol, type }) {
  if (family === 'unix') return `unix ${type}`;
  if (family === 'inet') return protocol;
  if (family !== 'inet6') return `${family} ${protocol}`;
  return protocol.endsWith('v6') ? protocol : `${protocol}6`;
}

/** @param {bigint | null} count */
const queueText = (count) => (count === null ? '' : String(count));

/** @type {import('./rows.js').Column[]} */
const COLUMNS = [
  { title: 'PID', text: ({ pid }) => (pid === null ? '-' : String(pid)), align: 'right' },
  { title: 'FD', text: ({ fd }) => (fd === null ? '-' : String(fd)), align: 'right' },
  {
    title: 'PROTO',
    text: protocolText,
  },
  { title: 'STATE', text: ({ state }) => state ?? '' },
  { title: 'RECV', text: ({ receiveQueue }) => queueText(receiveQueue), align: 'right' },
  { title: 'SEND', text: ({ sendQueue }) => queueText(sendQueue), align: 'right' },
  { title: 'LOCAL', text: localText, wide: true },
  { title: 'REMOTE', text: remoteText, wide: true },
];

/** @type {import('./options.js').Command} */
export const sockets = {
  name: 'sockets',
  summary: 'list the sockets of the processes in checkpoints',
  operands: 'FILE...',
  count: [1, Infinity],
  details: [
    'Lists TCP, UDP, raw, unix, netlink and packet sockets with their addresses, states, and the bytes in their queues as far as a dump holds them: those of TCP connections and of unix sockets. The other end of a unix socket is shown as PID/FD.',
    'With --format json, jsonl or csv everything is printed: options, buffers, namespaces.',
  ],
  options: DUMP_OPTIONS,
  examples: [
    'ckpt sockets checkpoint.tar',
    'ckpt sockets --json checkpoint.tar | jq \'.sockets[] | select(.state == "LISTEN") | .local\'',
  ],

  run: (context) =>
    runView(context, {
      name: 'sockets',
      rows: (dump, pid) => dump.sockets(pid),
      columns: () => COLUMNS,
    }),
};
