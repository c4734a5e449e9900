using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Following;
using OrleansSale.GrainInterfaces.Ledger;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Texts;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Cluster.Contracts;

/// <summary>Everything that actors say to each other survives the wire between silos, member by member.</summary>
public sealed class SerialisationTests
{
    private static readonly DateTimeOffset At = new(2012, 12, 21, 4, 0, 0, 12, TimeSpan.Zero);
    private static readonly Money Amount = new(399_800, "CNY");

    private static readonly Alias Someone = new(3, 4);
    private static readonly KeyHash Key = new(5, 6);
    private static readonly Cancellation Cancelled = new(Someone, CancelReason.Mistake);

    private static readonly OrderView Order =
        new(17, "mi2-1", Someone, [3, 4], OrderStatus.Refunding, Amount, At, At.AddMinutes(15), "c-17", "p-17",
            Cancelled, 7, new Shipment(At, "key"), 2, OrderReturn.Returned,
            new OrderInstants(At.AddMinutes(1), At.AddMinutes(2), At.AddMinutes(3)));

    private static readonly PlaceView Place =
        new("mi2-1", 7, Someone, 2, PlaceState.Offered, At, 17, 6, new WaitEstimate(WaitOutlook.Possible, 90),
            true, "mi2-0", 4);

    private static readonly PaymentNews MoneyNews = new(
        "mi2-1.17", "p-17", [new RefundNews("r-1", Amount)], [new DisputeNews("d-1", Amount, DisputeState.Lost)]);

    private static readonly MoneyBalance Balance = new("alipay", "CNY", 10, 4, 3, 2, 1, 5);

    private static readonly MoneyIssue Issue =
        new(MoneyIssueKind.PaidOrderRefunded, 17, "alipay", "p-17", Amount, "refund r-1", At);

    private static readonly MoneyView Money = new(18, [Balance], [Issue], 3);

    private static readonly PaymentPage Payments = new([new PaymentView(
        3, 17, Someone, "alipay", "p-17", Amount, PaymentStage.Refunded, At, RefundReason.Duplicate, "refund r-1", 100,
        "r-2", At.AddMinutes(1), 1_199)]);

    private static readonly LanguageText Text = new("soon", "敬请期待");

    private static readonly BatchTerms Terms = new(
        "mi2-1", new Product("mi2", "小米", Amount, "/mi2.png"), ["weibo", "x-2"], 50_000, 2, 900,
        new Schedule(At, At.AddHours(1), At.AddHours(2), At.AddHours(3)), 7, Text, Text, 500,
        300, PaidCancellation.Never, 5);

    private static readonly OperatorCommand Restock = new(OperatorAction.Withdraw, 7, "因为", Someone, Key);

    private static readonly BuyerCommand Buyers =
        new(BuyerAction.Refund, 17, Someone, 2, CancelReason.Mistake, Someone, Key);

    private static readonly SaleStop Stop = new(At, "a fault is being repaired");

    private static readonly BatchSnapshot Snapshot =
        new(18, [1, 2, 3], 10, 4, 3, 2, 1, 5, 6, Stop, true, 7, Terms.Schedule, true, TimeSpan.FromHours(1), Stop,
            true, 3);

    private static readonly Announcement Announced = new("batch-mi2-1.3", Text, "/mi2.png", At);

    private static readonly DeliveryView Delivered =
        new("weibo", DeliveryState.Waiting, 2, "answered 500", At, At.AddMinutes(1));

    private static readonly LinkCard Card = new("Mi2", new Money(199_900, "CNY"), At, "/mi2.png");

    private static readonly AnnouncementView AnnouncementSeen = new(Announced, [Delivered]);

    private static readonly WebhookError HookError = new(WebhookErrorCode.Answered, 500);

    private static readonly WebhookReplay Replay = new("mi2-1", 2, 9, 4);

    private static readonly WebhookView Hook = new(
        "wh-1", new WebhookTerms("https://shop.example/hook", "shop", ["held"]), WebhookState.GivenUp, At,
        At.AddDays(1), 2, 3, 4, At.AddDays(2), HookError, [Replay]);
    private static readonly RecallSum Recalled = new(new(1, 2, 3), new(4, 5, 6));

    // One value of each type, with no member at its default.
    private static readonly object[] Examples =
    [
        Snapshot, Stop, new BoardUpdate(Snapshot, [1, ulong.MaxValue]), Terms, Terms.Product, Terms.Schedule,
        new OperatorCommand(
            OperatorAction.Withdraw, 7, "因为", Someone, Key, 600, Terms.Schedule, RecalledOrders.All),
        new OrderSum(1, 2, 3), Recalled, new CheckoutPlan(At, At.AddMinutes(1), 2),
        new RecallView(RecalledOrders.Paid, At, Someone, "why", Recalled, Recalled, true, 7),
        Buyers, new CommandOutcome(Effect.Proposed, Order),
        new ProposalView(Key, Someone, At, At.AddHours(1), Restock, Buyers, 17), Order.Shipment!, Order.Instants!,
        new Shipping(Someone, "key", CancelReason.Mistake, "SF 1"),
        new PurchaseRequest(Someone, Key, 2, 3, true, true),
        new PurchaseCall([new(Someone, Key, 2, 3, true), new(Someone, null, 1, 1, false)]),
        new PurchaseOutcome(Order, true, Refusal.Paused, UserLimit.EndedOrders, 17, true, Place),
        new PurchaseOutcomes([PurchaseOutcome.Made(Order), PurchaseOutcome.Repeat(Order),
            PurchaseOutcome.No(Refusal.SoldOut), PurchaseOutcome.Waits(Place, true)]),
        Place, Place.Wait, new LinePage([Place, Place]),
        new BacklogRange("mi2-0", 3, At, BacklogState.Assigned, "mi2-1"), new BacklogPage([new(7, Someone, 2)]),
        new BacklogPlace(7, Someone, 2),
        new CataloguePage([new(Terms, [1, 2])], Guid.Parse("0e0d9b4e-9d1c-4b8e-8a53-0c1d7f9f2a11")),
        new ListedBatch(Terms, [1, 2], Terms.Schedule, true),
            new LedgerPage([10, 20], 19),
        new Capture(17, "default", "p-17", Someone, Amount, Amount, "c-17"),
        new UserSession("MTIzNDU2Nzg5MDEyMzQ1Ng", At),
        new CheckoutView("https://pay.example/c", At),
        new CheckoutState(CheckoutStage.Paid, "p", Amount, "c", "weibo:a", Amount),
        MoneyNews, new FoundPayment(MoneyNews), Money, Payments, Payments.Payments[0], Balance, Issue,
        MoneyNews.Refunds[0], MoneyNews.Disputes[0],
        new Delivery("王", "555", "路"), Amount, Order,
        new OrderPage([Order, Order], Place),
        new RefundTry(RefundOutcome.Refused, "r-17", "409 conflict"),
        new Fault(FaultKind.RefundStalled, "mi2-1", At, "why"),
        new ReservationView(3, At, true), new RosterEntry("weibo:a", Someone, 3, At),
        new RosterPage([new("weibo:a", Someone, 3, At)], Someone, [Someone]), Someone, Key, Cancelled,
        new ReservationNews([new(Someone, At)], 17), new ReservationChange(Someone, At),
        new Owner("weibo:a", Someone),
        new ErasableUser(true, [17]),
        Text, Announced, Delivered, AnnouncementSeen, Card, new PostTarget("weibo", "mi2-1", Card),
        new NewAnnouncement(Text, "/mi2.png", At, [new("weibo", "mi2-1", Card)], "key"),
        new AnnounceOutcome(AnnounceResult.Made, AnnouncementSeen), new TopicState(true, true),
        new TopicChanges(Guid.Parse("0e0d9b4e-9d1c-4b8e-8a53-0c1d7f9f2a11"), 7, ["batch-mi2-1"]),
        new MessageView(
            18, "mi2-1.17", MessageKind.Refund, RefundCause.WrongPayer, Amount, At, Delivered, 7, "mi2-2"),
        new UpcomingBatch("mi2-2", At),
        new MessagesState(true, true),
        new FollowedEntry(18, [1, 2]), new FoundOrder("mi2-1", 17), new BatchBuyer("mi2-1", Someone),
        new OrderQuery(
            [new("mi2-1", Someone)], OrderStatus.Paid, "mi2-1", 3, new FoundOrder("mi2-1", 17), 100),
        Hook, Hook.Terms, Replay, new MadeWebhook(Hook, "whsec_", true), HookError,
        new WebhookDelivery(3, "msg_1", "mi2-1", 18, 20, 2, true, 4, HookError, At, At.AddMinutes(1)),
        new WebhookResult(HookError, TimeSpan.FromMinutes(1), true),
        new Answer<OrderView> { Value = Order, Refused = Refusal.Conflict, Detail = "why" },
    ];

    private readonly Serializer _serializer =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    public static TheoryData<string> Names => [.. Examples.Select(example => example.GetType().Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_survives_the_wire_member_by_member(string name)
    {
        var example = Examples.Single(example => example.GetType().Name == name);
        var copy = _serializer.Deserialize<object>(_serializer.SerializeToArray(example));
        copy.ShouldBeOfType(example.GetType());
        JsonSerializer.Serialize(copy).ShouldBe(JsonSerializer.Serialize(example));
        foreach (var member in example.GetType().GetProperties()
            .Where(member => member.GetCustomAttribute<IdAttribute>() is not null))
        {
            var type = member.PropertyType;
            var none = type.IsValueType ? Activator.CreateInstance(type) : null;
            member.GetValue(example).ShouldNotBe(
                none, $"{name}.{member.Name} needs an example that is not its default");
        }
    }

    [Fact]
    public void No_message_is_without_an_example_here_or_without_a_name_of_its_own()
    {
        var types = typeof(Refusal).Assembly.GetTypes()
            .Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null)
            .Where(type => !typeof(Exception).IsAssignableFrom(type))
            .ToList();
        types.Select(type => type.Name).Order().ShouldBe(Examples.Select(example => example.GetType().Name).Order());
        types.Select(type => type.GetCustomAttribute<AliasAttribute>()?.Alias).ShouldAllBe(alias => alias != null);
        types.Select(type => type.GetCustomAttribute<AliasAttribute>()!.Alias).ShouldBeUnique();
        types.ShouldAllBe(type => type.GetCustomAttribute<ImmutableAttribute>() != null);
    }

    [Fact]
    public void Damage_is_recognised_on_the_other_side_and_is_no_lost_infrastructure()
    {
        var copy = _serializer.Deserialize<Exception>(_serializer.SerializeToArray<Exception>(
            new StorageDamagedException("what")));
        copy.ShouldBeOfType<StorageDamagedException>().Message.ShouldBe("what");
        LostInfrastructure.Is(copy).ShouldBeFalse();
    }

    [Fact]
    public void Lost_infrastructure_is_recognised_on_the_other_side()
    {
        Exception[] examples =
        [
            new SaleUnavailableException("what"), new LedgerUnavailableException("what", new IOException("why")),
            new LedgerFencedException("batch/mi2-1", 17),
        ];
        foreach (var example in examples)
        {
            var copy = _serializer.Deserialize<Exception>(_serializer.SerializeToArray(example));
            copy.ShouldBeOfType(example.GetType());
            copy.ShouldBeAssignableTo<SaleUnavailableException>();
            copy.Message.ShouldBe(example.Message);
        }
    }
}
