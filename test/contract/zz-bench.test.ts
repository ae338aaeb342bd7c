import { createKeyring } from '../../src/keys/keyring';
import { randomBytes } from 'node:crypto';
import { forEachDatabase } from '../support/databases';
import { createInstitutionStore } from '../../src/db/institution-store';
import { createFurnishStore } from '../../src/db/furnish-store';
import { furnishRecords } from '../../src/app/credit/furnish-records';
import { openFurnishedFile } from '../../src/files/open-furnished-file';
import { openRejectsFile } from '../../src/files/rejects-file';
forEachDatabase('bench', (open) => {
  it('runs', async () => {
    const { database } = await open();
    const institutions = createInstitutionStore(database);
    await institutions.add({ institutionId: 'uci', kind: 'PLATFORM', legalName: 'U', contact: null, purposes: [], historical: false });
    const store = createFurnishStore(database, { keys: createKeyring(randomBytes(32)), newBorrowerRef: () => randomBytes(16) });
    for (let i = 0; i < 2; i++) {
      const t = Date.now();
      const r = await furnishRecords({ institutions, store }, { platformId: 'uci', format: 'uci-credit-card', production: false, todayDay: 20000,
        inputs: [{ file: openFurnishedFile('../shared/data/uci_credit_card.csv.gz', 'uci-credit-card'), rejects: openRejectsFile('/tmp/r-' + process.pid + database.dialect) }] });
      console.log(database.dialect, Date.now() - t, JSON.stringify(r), process.memoryUsage().rss / 1e6);
    }
  }, 300000);
});
