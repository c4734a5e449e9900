using System.Reflection;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Messages;

namespace OrleansSale.Tests.Rules.Messages;

/// <summary>How the users of very many lapsed offers are found, as after a long outage: in few calls.</summary>
public sealed class MessageCourierTests
{
    private const string Batch = "mi2-1";

    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);

    private readonly Actors _actors = (Actors)DispatchProxy.Create<IGrainFactory, Actors>();
    private readonly MessageCourier _courier;

    public MessageCourierTests() =>
        _courier = new MessageCourier(
            null!, new NewsReader(null!, Batch), null!, (IGrainFactory)(object)_actors, Batch);

    [Fact]
    public async Task A_page_of_lapsed_offers_takes_one_call_of_the_batch_and_tells_those_whose_deadline_was_moved()
    {
        for (var order = 1; order <= NewsReader.MaxNews; order++)
            Know(order, "weibo", extended: order % 10 == 0 ? Noon.AddHours(1) : null);
        var found = await FindAsync(_ => true);
        found.OfType<Recipient>().Select(user => user.News.Order)
            .ShouldBe(Enumerable.Range(1, 10).Select(number => number * 10L));
        found.OfType<Recipient>().ShouldAllBe(user => user.News.PayBy == Noon.AddHours(1));
        _actors.Calls.ShouldBe(["FindUsersAsync", "ListOrdersOfEachAsync"]);
    }

    [Fact]
    public async Task The_batch_is_not_asked_for_users_whom_nobody_knows_or_whose_channel_gets_nothing()
    {
        Know(1, channel: null, extended: Noon.AddHours(1));
        Know(2, "mail", extended: Noon.AddHours(1));
        (await FindAsync(channel => channel == "weibo")).ShouldBe([null, null]);
        _actors.Calls.ShouldBe(["FindUsersAsync"]);
    }

    [Fact]
    public async Task Of_a_buyer_with_two_orders_each_offer_has_the_deadline_of_its_own_order()
    {
        Know(1, "weibo", extended: null);
        Know(2, "weibo", extended: Noon.AddHours(1), buyer: 1);
        (await FindAsync(_ => true)).Select(user => user?.News.Order).ShouldBe([null, 2L]);
    }

    [Fact]
    public async Task An_offer_that_awaits_payment_no_more_is_told_to_nobody()
    {
        Know(1, "weibo", extended: Noon.AddHours(1), status: OrderStatus.Paid);
        (await FindAsync(_ => true)).ShouldBe([null]);
    }

    [Fact]
    public async Task What_has_not_lapsed_or_has_no_deadline_takes_no_call_of_the_batch()
    {
        _actors.Users[Of(1)] = "weibo:u1";
        News[] news =
        [
            Offer(1, 1) with { PayBy = Noon.AddSeconds(1) },
            Offer(2, 1) with { Kind = MessageKind.Refund, PayBy = null },
        ];
        var found = await _courier.FindAsync(news, _ => true, Noon);
        found.Select(user => user!.News).ShouldBe(news);
        _actors.Calls.ShouldBe(["FindUsersAsync"]);
    }

    private Task<IReadOnlyList<Recipient?>> FindAsync(Func<string, bool> isWanted) => _courier.FindAsync(
        [.. _actors.Orders.Select(order => Offer(order.Seq, (int)order.Buyer.High))], isWanted, Noon);

    private void Know(
        int order, string? channel, DateTimeOffset? extended, int? buyer = null,
        OrderStatus status = OrderStatus.AwaitingPayment)
    {
        var alias = Of(buyer ?? order);
        if (channel is not null) _actors.Users[alias] = $"{channel}:u{buyer ?? order}";
        _actors.Orders.Add(new OrderView(
            order, Batch, alias, [order], status, new Money(1, "CNY"), default, extended ?? Noon, null, null));
    }

    private static Alias Of(int number) => new((ulong)number, 1);

    private static News Offer(long order, int buyer) => new(
        order, Noon.AddHours(-1), order, MessageKind.Offer, null, null, PayBy: Noon, Buyer: Of(buyer));

    /// <summary>The roster and the batch, which count what they are asked.</summary>
    public class Actors : DispatchProxy
    {
        internal List<string> Calls { get; } = [];

        internal Dictionary<Alias, string> Users { get; } = [];

        internal List<OrderView> Orders { get; } = [];

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var actor = targetMethod!.ReturnType == typeof(IRosterGrain)
                ? (object)DispatchProxy.Create<IRosterGrain, Actor>() : DispatchProxy.Create<ISaleBatchGrain, Actor>();
            ((Actor)actor).Of = this;
            return actor;
        }
    }

    /// <summary>One of them.</summary>
    public class Actor : DispatchProxy
    {
        internal Actors Of { get; set; } = null!;

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Of.Calls.Add(targetMethod!.Name);
            switch (targetMethod.Name)
            {
                case nameof(IRosterGrain.FindUsersAsync):
                    return Task.FromResult(Array.ConvertAll((Alias[])args![0]!, Of.Users.GetValueOrDefault));
                case nameof(ISaleBatchGrain.ListOrdersOfEachAsync):
                    return Task.FromResult(Array.ConvertAll(
                        (Alias[])args![0]!,
                        buyer => new OrderPage([.. Of.Orders.Where(order => order.Buyer == buyer)])));
                default:
                    throw new NotSupportedException(targetMethod.Name);
            }
        }
    }
}
