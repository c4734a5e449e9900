using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Payments;

namespace OrleansSale.Grains.Batches;

// The calls about money that moves without the engine.
public sealed partial class SaleBatchGrain
{
    /// <inheritdoc />
    public Task<Answer<NewsResult>> NoteMoneyAsync(long order, string provider, PaymentNews news)
    {
        var now = Batch.Now;
        var answer = Batch.CommitAsync(NoticeRules.DecideNews(Batch.State, order, provider, news), now);
        // The news may be of a refund that the engine has requested: it asks how far that is.
        _upkeep!.RenewRefund(new PaymentId(provider, news.Payment));
        return answer;
    }

    /// <inheritdoc />
    public Task<Answer<OrderView>> SettleRefundAsync(
        long order, string provider, string payment, Alias by, SettledHow how)
    {
        var (id, now) = (new PaymentId(provider, payment), Batch.DoDue());
        // A try that is under way may make the refund at this moment.
        if (_upkeep!.IsTryingRefund(id))
            return Task.FromResult(new Answer<OrderView>(Refusal.Overloaded, "the provider is being asked; ask again"));
        var decided = Batch.Take(NoticeRules.DecideSettled(Batch.State, order, id, by, how), now);
        _upkeep.RenewRefund(id);
        return Batch.Journal.WhenDurableAsync(
            decided.Refused is { } refusal ? new Answer<OrderView>(refusal, decided.Detail) : ViewOf(order, null));
    }

    /// <inheritdoc />
    public Task<MoneyView> ReadMoneyAsync() => Batch.Journal.WhenDurableAsync(NoticeRules.View(Batch.State));

    /// <inheritdoc />
    public Task<PaymentPage> ListPaymentsAsync(int after, int limit) =>
        Batch.Journal.WhenDurableAsync(PaymentList.Page(Batch.State, after, limit));
}
