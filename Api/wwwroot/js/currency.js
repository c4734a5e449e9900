/**
 * Digits of a currency's minor unit by ISO 4217: two, but for these. Browsers go by what people use of them, which
 * differs: of the Iraqi dinar's three digits they show none.
 */
const none = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' '));
const three = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));

export function minorUnitsOf(currency) {
  if (none.has(currency))
    return 0;
  return three.has(currency) ? 3 : 2;
}
