// SPDX-License-Identifier: Apache-2.0
// Where the members of one item are looked at, one at a time, those of archives inside included.
import { A, F } from '../text.js';
import { Content } from './content.js';
import { MemberTree } from './members.js';
import { OpenFile } from './open-file.js';
import { Shelf } from './shelf.js';

/** @typedef {import('../../wasm/api/archive.js').Member} Member */
/** @typedef {import('../types.d.ts').MemberPlace} MemberPlace */

/** How much of a file is put together at once when it is saved. */
const CHUNK = 16 * 2 ** 20;
/** Larger images are shown as bytes alone. */
const LARGEST_IMAGE = 8 * 2 ** 20;

export class Desk {
  #ckpt;
  #checkpoint;
  #secretsOf;
  #rows = new Shelf();
  #inside = new Shelf();
  /** @type {OpenFile | null} */
  #open = null;
  /** The fields of an image, if it is one and they were asked for. @type {OpenFile | null} */
  #fields = null;
  #fieldRows = new Shelf();
  /** @type {{name: string, bytes: Uint8Array} | null} */
  #image = null;
  /** How the member was looked at last. @type {import('../types.d.ts').Mode} */
  #mode = 'hex';
  /** Counts what was asked to be opened. */
  #turn = 0;
  /** The archive inside that is listed. @type {{index: number, members: any, tree: MemberTree} | null} */
  #listing = null;
  /** What is being saved. @type {{stop: AbortController, share: number} | null} */
  #saving = null;

  /** @param {any} ckpt @param {any} checkpoint @param {(member: string) => import('../types.d.ts').Span[]} secretsOf */
  constructor(ckpt, checkpoint, secretsOf) {
    this.#ckpt = ckpt;
    this.#checkpoint = checkpoint;
    this.#secretsOf = secretsOf;
  }

  close() {
    this.#turn++;
    this.#open?.close();
    this.#saving?.stop.abort();
    this.#rows.clear();
    this.#inside.clear();
    this.#fieldRows.clear();
  }

  /** @param {number} index @returns {Member} */
  #member(index) {
    const { members } = this.#checkpoint;
    const member = members.at ? members.at(index) : [...members][index];
    if (!member) throw new Error(A.noMember);
    return member;
  }

  /** The member of a place, and the one that it is in. @param {MemberPlace} place @returns {Promise<{member: Member, inside?: Member, path: string}>} */
  async #find({ index, inner }) {
    const member = this.#member(index);
    if (inner === undefined) return { member, path: member.name };
    const { members } = await this.#list(index);
    const found = members.at(inner);
    if (!found) throw new Error(A.noMember);
    return { member: found, inside: member, path: `${member.name}!${found.name}` };
  }

  /** @param {number} index */
  async #list(index) {
    if (this.#listing?.index === index) return this.#listing;
    const { members, error } = await this.#checkpoint.list(this.#member(index));
    if (error && members.length === 0) throw error;
    const tree = new MemberTree(this.#ckpt, members, new Map());
    this.#listing = { index, members, tree };
    return this.#listing;
  }

  /** Whether a member is an archive, as the core says. @param {Member} member */
  #isArchive({ index }) {
    return (this.#checkpoint.summary.inside ?? []).includes(index);
  }

  /** @param {MemberPlace & {span?: import('../types.d.ts').Span}} place @returns {Promise<import('../types.d.ts').FileView>} */
  async file(place) {
    const turn = ++this.#turn;
    this.#open?.close();
    this.#open = null;
    this.#fields = null;
    this.#image = null;
    this.#mode = 'hex';
    const { member, inside, path } = await this.#find(place);
    const size = this.#ckpt.byteToString(member.size);
    /** @type {import('../types.d.ts').FileView} */
    const view = { path, size, bytes: member.size, message: '', modes: [], secrets: false };
    if (member.type !== 'file') {
      const type = A.types[member.type] ?? member.type;
      return { ...view, size: '', message: member.link ? A.linkTo(type, member.link) : type };
    }
    if (member.size === 0) return { ...view, message: F.empty };
    const content = new Content(member.size, (range) =>
      this.#checkpoint.stream(member, { ...range, inside }),
    );
    await content.open();
    if (turn !== this.#turn) throw new Error(F.left);
    const secrets = this.#secretsOf(path);
    this.#open = new OpenFile(this.#ckpt, this.#rows, content, { span: place.span, secrets });
    /** @type {import('../types.d.ts').Mode[]} */
    const modes = [...this.#open.modes];
    if (inside === undefined && this.#isArchive(member)) modes.unshift('list');
    this.#image = this.#imageOf(member, content);
    if (this.#image) modes.unshift('fields');
    return { ...view, modes, secrets: secrets.length > 0 };
  }

  /** An image of CRIU that can be shown as its fields. @param {Member} member @param {Content} content */
  #imageOf({ name, size }, { head }) {
    if (!name.endsWith('.img') || size > LARGEST_IMAGE) return null;
    const base = name.slice(name.lastIndexOf('/') + 1);
    const { kind, raw } = this.#ckpt.imageInfo(head, { name: base });
    return kind === '' || raw ? null : { name: base, bytes: head };
  }

  /** The fields of the image that is open, as a document. */
  async #openFields() {
    if (this.#fields) return this.#fields;
    if (!this.#image) throw new Error(F.left);
    const { name, bytes } = this.#image;
    const { text, error } = this.#ckpt.imageText(bytes, { name, pretty: true, payload: false });
    if (text === '' && error) throw new Error(error.message);
    const json = new TextEncoder().encode(text);
    const content = new Content(json.length, async function* ({ start, end }) {
      yield json.subarray(start, end);
    });
    await content.open();
    this.#fields = new OpenFile(this.#ckpt, this.#fieldRows, content, {
      span: undefined,
      secrets: [],
    });
    return this.#fields;
  }

  /** The member that is open, as it is looked at: its bytes, or the fields of an image. @param {import('../types.d.ts').Mode} [mode] */
  async at(mode) {
    if (mode !== undefined) this.#mode = mode;
    if (this.#mode === 'fields') return this.#openFields();
    if (!this.#open) throw new Error(F.left);
    return this.#open;
  }

  /** How that file is looked at. @param {import('../types.d.ts').Mode} mode @returns {import('../types.d.ts').Mode} */
  static plain = (mode) => (mode === 'fields' ? 'json' : mode);

  /** The members of an archive inside. @param {{index: number, text: string, toggle?: number}} how */
  async inside({ index, text, toggle }) {
    const { tree } = await this.#list(index);
    if (toggle !== undefined) tree.toggle(toggle);
    this.#inside.clear();
    return tree.rows(this.#inside, text, 'name');
  }

  /** A member as a file for the disk; null: that was given up. @param {MemberPlace} place @returns {Promise<Blob | null>} */
  async save(place) {
    this.#saving?.stop.abort();
    const saving = { stop: new AbortController(), share: 0 };
    this.#saving = saving;
    const { signal } = saving.stop;
    try {
      const { member, inside } = await this.#find(place);
      let whole = new Blob();
      /** @type {Uint8Array<ArrayBuffer>[]} */
      let pieces = [];
      let held = 0;
      let read = 0;
      for await (const piece of this.#checkpoint.stream(member, { signal, inside })) {
        pieces.push(piece.slice());
        held += piece.length;
        read += piece.length;
        saving.share = read / member.size;
        if (held < CHUNK) continue;
        whole = new Blob([whole, ...pieces]);
        pieces = [];
        held = 0;
      }
      return new Blob([whole, ...pieces]);
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    } finally {
      if (this.#saving === saving) this.#saving = null;
    }
  }

  /** How far saving has come, from 0 to 1; -1: nothing is saved. @param {{stop?: boolean}} [what] */
  saving({ stop } = {}) {
    if (stop) this.#saving?.stop.abort();
    return this.#saving?.share ?? -1;
  }
}
