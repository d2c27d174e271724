import { Page } from '../parts/page.js';
import { Erasure } from './erasure.js';
import { Exports } from './exports.js';

/** The person's rights: a copy of everything, and having it erased. */
export function YourData() {
  return (
    <Page title="Your data">
      <Exports />
      <Erasure />
    </Page>
  );
}
