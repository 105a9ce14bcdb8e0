// SPDX-License-Identifier: Apache-2.0
// What is said between page and worker about what is inside: tables, processes, memory, searching it.

import type { Seq, Section, Part, MemberPlace, ContentRow } from './types.d.ts';

/** A table with one row for each thing. */
export interface Grid {
  /** `width`: characters; negative: a share of what is left; `spare`: beside the details of a row the first to go. */
  head: { title: string; right: boolean; width: number; mono: boolean; spare?: number }[];
  seq: Seq<GridRow>;
  /** Rows without the filter. */
  total: number;
  /** The row that was asked for, or -1. */
  at: number;
  notes: string[];
  /** Processes that there are rows of. */
  pids: { id: number; name: string }[];
}
export interface GridRow {
  /** Its number without a filter. */
  id: number;
  cells: string[];
  tone: 'warning' | 'quiet' | '';
  /** What there is to see of it. */
  place?: MemberPlace;
}
/** Sockets of one kind between two ends. */
export interface Talk {
  from: string;
  how: string;
  to: string;
  tone: 'listen' | 'warning' | '';
  count: number;
}
/** Who is inside, at a glance. `row`, `first`: of the table; -1: none. */
export interface Board {
  processes: {
    total: number;
    rows: {
      row: number;
      pid: number;
      depth: number;
      name: string;
      line: string;
      stored: string;
      state: string;
    }[];
  };
  files: { total: number; kinds: [type: string, count: number][]; deleted: number };
  sockets: { total: number; talks: Talk[] };
  memory: {
    mapped: string;
    stored: string;
    kinds: { kind: string; label: string; share: number; text: string }[];
    /** Mappings that are writable and executable. */
    rwx: number;
    first: number;
  };
}
/** How far a search for secrets is, and what it found. */
export interface SecretsFound {
  state: 'none' | 'running' | 'done' | 'stopped' | 'failed';
  message: string;
  share: number;
  sections: Section[];
}
/** All that is known of a row. `bytes`: where its memory is. */
export interface Details {
  title: string;
  parts: Part[];
  bytes: { row: number; offset: number } | { pid: number; address: string } | null;
  /** The process whose core file can be made. */
  core?: number;
}
/** The mappings of a process in one line. */
export interface Strip {
  pid: number;
  parts: {
    row: number;
    kind: string;
    perms: string;
    width: number;
    share: number;
    title: string;
  }[];
  mapped: string;
  stored: string;
  /** Pages of an earlier dump are needed, or used. */
  previous: boolean;
}
export interface MemoryBytes {
  title: string;
  pid: number;
  /** Hexadecimal. */
  start: string;
  /** The row of what was asked for. */
  at: number;
  seq: Seq<MemoryRow>;
}
/** `where`: the file and the offset in it. */
export type MemoryRow = ContentRow & { where: string };
/** A search in memory; `pattern` of a preset is its name. */
export interface HuntQuery {
  form: 'text' | 'hex' | 'regex' | 'pointers' | 'strings' | 'preset';
  pattern: string;
  ignoreCase: boolean;
  /** 0: all. */
  pid: number;
  /** '': any. */
  kind: string;
  perms: string;
}
export interface HitRow {
  id: number;
  pid: number;
  /** Hexadecimal. */
  address: string;
  mapping: string;
  before: string;
  found: string;
  after: string;
}
export interface Hunted {
  state: 'running' | 'done' | 'stopped' | 'full' | 'failed';
  message: string;
  share: number;
  /** In words. */
  read: string;
  size: string;
  /** What was not searched. */
  left: { bytes: string; borders: number; blocks: number } | null;
  seq: Seq<HitRow>;
}
