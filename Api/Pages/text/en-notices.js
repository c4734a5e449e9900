/** The page's words for what came of a deed, in English. */
export default {
  'notice.close': 'Dismiss',
  'notice.reserved.title': 'You are reserved',
  'notice.reserved.body': 'The sale opens {at}. The Buy button becomes active by itself.',
  'notice.reserved-late.title': 'You are reserved',
  'notice.reserved-late.body': '{news}',
  'notice.reservation-cancelled.title': 'Reservation cancelled',
  'notice.reservation-cancelled.body': 'You can reserve again until reservations close.',
  'notice.order.title': 'Order placed',
  'notice.order.body': 'It is not paid yet.',
  'notice.paid.title': 'Payment received',
  'notice.paid.body': 'Make sure the seller has the right delivery details.',
  'notice.order-cancelled.title': 'Order cancelled',
  'notice.order-cancelled.body': 'Nothing was charged. Other buyers can have its units now.',
  'notice.order-refunding.title': 'Order cancelled',
  'notice.order-expired.title': 'Order closed',
  'notice.order-expired.body': 'It was not paid in time. Nothing was charged.',
  'notice.order-revived.title': 'Order open again',
  'notice.order-revived.body': 'The seller has opened your order again. Pay before the time runs out.',
  'notice.more-time.title': 'You have more time',
  'notice.more-time.body': 'The seller has extended the time to pay: pay until {at}.',
  'notice.ask.title': 'No answer yet',
  'notice.ask.body': 'We could not get an answer for some minutes. Press Buy to ask again for the same purchase: '
    + 'you can’t buy twice. If it went through, your order appears under My orders.',
  'notice.stopped.title': 'Stopped',
  'notice.stopped.body': 'We are not trying any more. If an earlier try went through, your order appears under My '
    + 'orders. Pressing Buy asks for the same purchase.',
};
