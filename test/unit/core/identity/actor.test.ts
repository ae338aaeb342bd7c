import { INSTITUTION_KINDS, KIND_OF_ROLE, ROLES, TOKEN_ROLES } from '../../../../src/core/identity/actor';

describe('roles', () => {
  it('each have one name in access tokens', () => {
    expect(Object.values(TOKEN_ROLES).sort()).toEqual([...ROLES].sort());
    expect(Object.keys(TOKEN_ROLES).sort()).toEqual(['auditor', 'bank', 'borrower', 'crc', 'platform']);
  });

  it('come from an institution of their own kind, a borrower through a platform', () => {
    for (const role of ROLES) expect(KIND_OF_ROLE[role]).toBe(role === 'BORROWER' ? 'PLATFORM' : role);
    expect(new Set(Object.values(KIND_OF_ROLE))).toEqual(new Set(INSTITUTION_KINDS));
  });
});
