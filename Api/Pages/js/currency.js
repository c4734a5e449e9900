/**
 * Digits of a currency's minor unit by ISO 4217: two, except for these. Browsers show the digits that people use
 * instead: none of the Iraqi dinar's three.
 */
const none = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' '));
const three = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));

export function minorUnitsOf(currency) {
  if (none.has(currency))
    return 0;
  return three.has(currency) ? 3 : 2;
}
