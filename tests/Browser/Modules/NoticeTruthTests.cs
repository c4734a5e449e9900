using OrleansSale.Tests.Browser.Stage;

namespace OrleansSale.Tests.Browser.Modules;

/// <summary>Which notices hold, from what is known.</summary>
public sealed class NoticeTruthTests(SaleStage stage)
{
    // Reservations from 100 to 200 s, the sale from 300 to 400 s; order 1 is to be paid by 350 s.
    private const string Facts = """
        const { journey } = await import('/js/journey.js');
        const at = seconds => new Date(seconds * 1000).toISOString();
        const schedule = {
          reservationOpens: at(100), reservationCloses: at(200), saleOpens: at(300), saleCloses: at(400) };
        const terms = {
          phase: 'announced', paused: false, free: 5, stock: 5, perUserLimit: 1, channel: 'weibo', schedule };
        const order = (status, more) => ({ id: '1', status, quantity: 1, payBy: at(350), heldAt: at(301), ...more });
        const has = (status, more) => ({ orders: [order(status, more)] });
        const line = { phase: 'sold-out', free: 0, held: 2, standby: 2, standbyLimit: 5, standbyOpen: true };
        const place = (state, more) => ({ place: { place: 4, ahead: 3, state, quantity: 1, ...more } });
        const is = (seconds, known, board) => {
          const facts = {
            user: 'weibo:a', channel: 'weibo', isSessionKnown: true, reservation: 'held', orders: [], place: null,
            buying: { kind: 'idle' }, ...known, now: seconds * 1000, board: { ...terms, ...board } };
          return { ...facts, plan: journey(facts) };
        };
        const about = { order: '1', stage: 'offered' };
        // A deed, and after a colon what is to do, if that has another name.
        const refused = (named, [deed, toDo] = named.split(':')) => ({ deed, toDo, order: '1', was: order('paid') });
        """;

    [Theory]
    [InlineData("reserved", "150", true)]
    [InlineData("reserved", "150, {reservation: 'none'}", false)]
    [InlineData("reserved", "300", false)]
    [InlineData("reserved", "350, {}, {phase: 'closed'}", false)]
    [InlineData("reserved-late", "310", false)]
    [InlineData("reservation-cancelled", "150, {reservation: 'none'}", true)]
    [InlineData("reservation-cancelled", "150, {reservation: 'barred'}", false)]
    [InlineData("reservation-cancelled", "150", false)]
    [InlineData("reservation-cancelled", "200, {reservation: 'none'}", false)]
    [InlineData("order", "310, has('awaiting-payment')", true)]
    [InlineData("order", "350, has('awaiting-payment')", false)]
    [InlineData("order", "310, has('paid')", false)]
    [InlineData("offer", "310, has('awaiting-payment', {place: 4})", true)]
    [InlineData("offer", "310, has('cancelled', {place: 4})", false)]
    [InlineData("more-time", "310, has('awaiting-payment')", true)]
    [InlineData("more-time", "310, has('expired')", false)]
    [InlineData("order-revived", "310, has('paid')", false)]
    [InlineData("paid", "310, has('paid')", true)]
    [InlineData("paid", "310, has('paid', {return: 'offered'})", false)]
    [InlineData("paid", "310, has('paid', {shippedAt: at(310)})", false)]
    [InlineData("paid", "310, has('refunding')", false)]
    [InlineData("order-cancelled", "310, has('cancelled')", true)]
    [InlineData("order-cancelled", "400, has('cancelled')", false)]
    [InlineData("order-cancelled", "310, {...has('cancelled'), ...place('waiting')}, line", false)]
    [InlineData("order-refunding", "310, has('refunded')", true)]
    [InlineData("order-expired", "350, has('expired')", true)]
    [InlineData("order-expired", "350, has('paid')", false)]
    [InlineData("return-offered", "310, has('paid', {return: 'offered'})", true)]
    [InlineData("return-offered", "310, has('paid', {return: 'being-paid'})", false)]
    [InlineData("return-offered", "400, has('paid', {return: 'offered'})", false)]
    [InlineData("return-offered", "310, has('paid')", false)]
    [InlineData("return-cancelled", "310, has('paid')", true)]
    [InlineData("return-cancelled", "310, has('paid', {return: 'offered'})", false)]
    [InlineData("return-ending", "310, has('paid', {return: 'ending'})", true)]
    [InlineData("return-ending", "310, has('paid')", false)]
    [InlineData("returned", "310, has('refunded', {return: 'returned'})", true)]
    [InlineData("joined", "310, place('waiting'), line", true)]
    [InlineData("joined", "310, place('offered'), line", false)]
    [InlineData("joined", "400, place('ended')", false)]
    [InlineData("place-kept", "310, place('passed'), line", false)]
    [InlineData("place-left", "310, place('left'), line", true)]
    [InlineData("place-left", "310, place('waiting'), line", false)]
    [InlineData("place-left", "310, place('left')", true)]
    [InlineData("place-removed", "310, place('removed')", true)]
    [InlineData("offer-declined", "310, place('passed')", true)]
    [InlineData("offer-declined", "310, {...has('awaiting-payment'), ...place('passed')}", false)]
    [InlineData("offer-expired", "310, place('passed')", true)]
    [InlineData("offer-expired", "310, {...has('awaiting-payment'), ...place('passed')}, line", false)]
    [InlineData("place-backlog", "400, place('ended', {backlog: {}})", true)]
    [InlineData("place-backlog", "400, place('carried', {carriedTo: {batch: 'b', place: 1}})", false)]
    [InlineData("sale-not-open", "250", true)]
    [InlineData("sale-not-open", "300", false)]
    [InlineData("paused", "310, {}, {phase: 'paused', paused: true}", true)]
    [InlineData("paused", "310", false)]
    [InlineData("sold-out", "310, {}, line", true)]
    [InlineData("sold-out", "310", false)]
    [InlineData("sold-out", "310, place('waiting'), line", false)]
    [InlineData("too-few", "310", true)]
    [InlineData("too-few", "310, {}, line", false)]
    [InlineData("line-full", "310, {}, {...line, standbyOpen: false}", true)]
    [InlineData("line-full", "310, {}, line", false)]
    [InlineData("limit-reached", "310, has('paid')", true)]
    [InlineData("limit-reached", "310, has('expired')", false)]
    [InlineData("not-reserved", "310, {reservation: 'none'}", true)]
    [InlineData("not-reserved", "150", false)]
    [InlineData("reservation-closed", "150", false)]
    [InlineData("overloaded", "310, has('awaiting-payment')", true)]
    public async Task A_notice_holds_as_long_as_what_it_says(string name, string known, bool isTrue) =>
        (await HoldsAsync(name, known, "about")).ShouldBe(isTrue);

    [Theory]
    [InlineData("buy", "overloaded", "310", true)]
    [InlineData("buy", "overloaded", "310, has('awaiting-payment')", false)]
    [InlineData("buy", "overloaded", "400", false)]
    [InlineData("buy", "sale-closed", "400", true)]
    [InlineData("reserve", "conflict", "150, has('paid')", true)]
    [InlineData("reserve", "conflict", "150, has('cancelled')", false)]
    [InlineData("reserve", "lost", "150, {reservation: 'none'}", true)]
    [InlineData("reserve", "lost", "150", false)]
    [InlineData("reserve", "overloaded", "200, {reservation: 'none'}", false)]
    [InlineData("reserve:cancel-reservation", "lost", "150", true)]
    [InlineData("reserve:cancel-reservation", "lost", "150, {reservation: 'none'}", false)]
    [InlineData("order:pay", "lost", "310, has('awaiting-payment')", true)]
    [InlineData("order:pay", "lost", "350, has('awaiting-payment')", false)]
    [InlineData("order:pay", "overloaded", "310, has('cancelled')", false)]
    [InlineData("order:cancel", "lost", "310, has('paid')", true)]
    [InlineData("order:cancel", "lost", "310, has('paid', {shippedAt: at(310)})", false)]
    [InlineData("order:cancel", "lost", "310, has('refunding')", false)]
    [InlineData("order", "conflict", "310, has('paid')", true)]
    [InlineData("order", "conflict", "310, has('refunding')", false)]
    [InlineData("return", "lost", "310, has('paid')", true)]
    [InlineData("return", "lost", "310, has('paid', {return: 'offered'})", false)]
    [InlineData("return", "lost", "400, has('paid')", false)]
    [InlineData("return", "conflict", "310, has('paid')", true)]
    [InlineData("return", "conflict", "310, has('paid', {shippedAt: at(310)})", false)]
    [InlineData("return", "sale-closed", "400, has('paid')", true)]
    [InlineData("keep", "lost", "310, has('paid', {return: 'offered'})", true)]
    [InlineData("keep", "lost", "310, has('paid')", false)]
    [InlineData("leave", "lost", "310, place('waiting'), line", true)]
    [InlineData("leave", "lost", "310, place('left'), line", false)]
    [InlineData("leave", "lost", "400, place('ended', {backlog: {}})", true)]
    [InlineData("delivery", "lost", "310, has('paid')", true)]
    [InlineData("delivery", "lost", "310, has('paid', {shippedAt: at(310)})", false)]
    [InlineData("delivery", "conflict", "310, has('cancelled')", true)]
    [InlineData("reserved-delivery", "lost", "150", true)]
    [InlineData("reserved-delivery", "lost", "310, has('paid')", false)]
    [InlineData("reserved-delivery", "not-found", "150, {reservation: 'none'}", true)]
    [InlineData("reserved-delivery", "not-found", "150", false)]
    [InlineData("reserved-delivery", "conflict", "310, has('paid')", true)]
    public async Task A_refusal_of_a_deed_holds_until_that_was_done_or_cannot_be_any_more(
        string deed, string code, string known, bool isTrue) =>
        (await HoldsAsync(code, known, $"refused('{deed}')")).ShouldBe(isTrue);

    [Theory]
    [InlineData("keep", "lost", "310, has('refunding', {return: 'returned'})", true)]
    [InlineData("keep", "lost", "310, has('paid', {return: 'offered'})", false)]
    [InlineData("keep", "conflict", "310, has('refunding', {return: 'returned'})", false)]
    [InlineData("buy", "sold-out", "310", false)]
    [InlineData("none", "order-expired", "310", false)]
    public async Task A_refusal_without_a_reason_is_moot_if_there_is_nothing_to_do_any_more(
        string deed, string code, string known, bool isMoot) =>
        (await stage.Modules.RunAsync<bool>(
            "/js/notice-truth.js", $"{Facts} return m.isMoot('{code}', is({known}), refused('{deed}'));"))
            .ShouldBe(isMoot);

    private Task<bool> HoldsAsync(string name, string known, string about) => stage.Modules.RunAsync<bool>(
        "/js/notice-truth.js", $"{Facts} return m.holds('{name}', is({known}), {about});");
}
