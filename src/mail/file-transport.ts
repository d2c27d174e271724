import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { MailTransport } from './delivery.js';
import { toMessage } from './message.js';

export interface FileTransportOptions {
  /** Absolute path. */
  dataDir: string;
  print: (line: string) => void;
}

/** Writes each mail as `<dataDir>/mail/<time>-<template>.eml`, readable by its owner only, and prints its link. */
export function createFileTransport({ dataDir, print }: FileTransportOptions): MailTransport {
  const folder = join(dataDir, 'mail');
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return {
    async deliver(delivery) {
      const { message } = await composer.sendMail(toMessage(delivery));
      if (!Buffer.isBuffer(message)) throw new TypeError('The mail was not composed into a buffer.');
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const time = new Date().toISOString().replaceAll(/[-:]/g, '');
      const file = await writeNewFile(folder, `${time}-${delivery.template}`, message);
      print(`Mail (${delivery.template}): ${file}`);
      if (delivery.link !== null) print(`  ${delivery.link}`);
    },
    close: () => composer.close(),
  };
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
