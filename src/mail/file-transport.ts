import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { MailTransport } from './delivery.js';
import { toMessage } from './message.js';

export interface FileTransportOptions {
  /** Absolute path. */
  dataDir: string;
  print: (line: string) => void;
}

/**
 * Writes each mail as `<dataDir>/mail/<time>-<account>-<template>.eml`, readable by its owner only, and prints its
 * link. The account's id in the name lets an erasure find the mails without knowing the address.
 */
export function createFileTransport({ dataDir, print }: FileTransportOptions): MailTransport {
  const folder = mailFolder(dataDir);
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return {
    async deliver(delivery) {
      const { message } = await composer.sendMail(toMessage(delivery));
      if (!Buffer.isBuffer(message)) throw new TypeError('The mail was not composed into a buffer.');
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const time = new Date().toISOString().replaceAll(/[-:]/g, '');
      const file = await writeNewFile(folder, `${time}-${delivery.userId}-${delivery.template}`, message);
      print(`Mail (${delivery.template}): ${file}`);
      if (delivery.link !== null) print(`  ${delivery.link}`);
    },
    close: () => composer.close(),
  };
}

/** Deletes the mail files of an account; none is no error. */
export async function removeMailFiles(dataDir: string, userId: string): Promise<void> {
  const folder = mailFolder(dataDir);
  const names = await readdir(folder).catch(ignoreAbsence);
  const own = names.filter((name) => name.includes(`-${userId}-`));
  for (const name of own) await rm(join(folder, name), { force: true });
}

function mailFolder(dataDir: string): string {
  return join(dataDir, 'mail');
}

function ignoreAbsence(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

/** Two mails of one millisecond get two files. */
async function writeNewFile(folder: string, name: string, content: Buffer): Promise<string> {
  for (let copy = 1; ; copy += 1) {
    const file = join(folder, copy === 1 ? `${name}.eml` : `${name}-${copy}.eml`);
    try {
      await writeFile(file, content, { mode: 0o600, flag: 'wx' });
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
