using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Grains.Messages;

/// <summary>
/// Finds the users of a batch's messages and sends to them. A user is looked up for each try, so that data that were
/// removed meanwhile are not sent.
/// </summary>
internal sealed class MessageCourier(
    IMessageSender sender, NewsReader reader, NextBatches nextBatches, IGrainFactory grains, string batch)
{
    private string? _product;

    /// <summary>
    /// The buyers of news, in their order; null: nobody is left to be told, or their channel is not wanted. A deadline
    /// that has passed is looked up, because an extension may have moved it. That takes one call for all of them.
    /// </summary>
    /// <param name="news">At most <see cref="NewsReader.MaxNews"/>.</param>
    /// <param name="isWanted">Whether the users of a channel are asked for.</param>
    /// <param name="now">The instant.</param>
    public async Task<IReadOnlyList<Recipient?>> FindAsync(
        IReadOnlyList<News> news, Func<string, bool> isWanted, DateTimeOffset now)
    {
        var buyers = new List<Alias?>(news.Count);
        foreach (var one in news) buyers.Add(one.Buyer ?? await reader.FindBuyerAsync(one.Order));
        var users = await FindUsersAsync([.. buyers.OfType<Alias>().Distinct()]);
        var found = news.Zip(buyers, (one, buyer) => buyer is { } alias && users.TryGetValue(alias, out var user)
            && UserId.ChannelOf(user).ToString() is var channel && isWanted(channel)
                ? new Recipient(alias, channel, one) : null).ToList();
        var lapsed = found.OfType<Recipient>().Where(user => user.News.PayBy <= now).Select(user => user.Alias);
        var moved = await FindPayBysAsync([.. lapsed.Distinct()]);
        return found.ConvertAll(user => user?.News.PayBy is not { } payBy || payBy > now ? user
            : moved.TryGetValue(user.News.Order, out var later) && later > now
                ? user with { News = user.News with { PayBy = later } } : null);
    }

    /// <summary>Those of the places whose buyers are users of a channel, with the aliases of these.</summary>
    public async Task<IReadOnlyList<(long Place, string Alias)>> FindAsync(string channel, BacklogPlace[] places)
    {
        var users = await FindUsersAsync(Array.ConvertAll(places, place => place.Buyer));
        return
        [
            .. places.Where(place => users.TryGetValue(place.Buyer, out var user)
                    && UserId.ChannelOf(user).SequenceEqual(channel))
                .Select(place => (place.Place, place.Buyer.ToString())),
        ];
    }

    /// <summary>
    /// Tries once to send a message; it never throws. Before the time of its next try it is only looked whether its
    /// deadline was moved.
    /// </summary>
    /// <returns>
    /// What came of it. There is nobody to tell any more if the user is not known, or if the order has ended or was
    /// paid meanwhile. The same holds for a place that does not wait any more, or may not reach that batch any more.
    /// </returns>
    public async Task<MessageTurn> SendAsync(StoredMessage message, string id, DateTimeOffset now)
    {
        var payBy = message.PayBy;
        try
        {
            var alias = Alias.TryParse(message.Alias, out var parsed) ? parsed
                : throw new FormatException($"{message.Alias} is no alias");
            if (payBy is not null)
            {
                payBy = await FindPayByAsync(message.Order, alias);
                if (payBy is null || now >= payBy) return default;
                if (message.Delivery.NextTry > now) return new MessageTurn(null, payBy);
            }
            KeptPlace? kept = null;
            if (message.Next is not null && (kept = await FindKeptAsync(message, alias)) is null) return default;
            if (!(await FindUsersAsync([alias])).TryGetValue(alias, out var user)) return default;
            _product ??= (await reader.FindTermsAsync())?.Product.Name;
            var subject = user[(UserId.ChannelOf(user).Length + 1)..];
            var content = new MessageContent(
                message.Kind, batch, kept is null ? OrderId.Of(batch, message.Order) : null, _product ?? batch,
                message.Why, message.Amount, message.At, payBy, kept);
            return new MessageTurn(
                await sender.SendAsync(new UserMessage(id, message.Delivery.Channel, subject, content)), payBy);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A repeat is harmless, whatever has happened.
            return new MessageTurn(
                new PostResult(PostOutcome.TryLater, $"a fault of the engine: {e.GetType().Name}"), payBy);
        }
    }

    // Null: it does not await payment.
    private async Task<DateTimeOffset?> FindPayByAsync(long order, Alias buyer)
    {
        var answer = await grains.GetGrain<ISaleBatchGrain>(batch).GetOrderAsync(order, buyer);
        return answer.Value is { Status: OrderStatus.AwaitingPayment } open ? open.PayBy : null;
    }

    // Null: the place does not wait in the backlog any more, or may not reach that batch any more.
    private async Task<KeptPlace?> FindKeptAsync(StoredMessage message, Alias buyer)
    {
        var answer = await grains.GetGrain<ISaleBatchGrain>(batch).GetPlaceAsync(buyer);
        if (answer.Value is not { InBacklog: true } place || place.Place != message.Place) return null;
        var next = await nextBatches.FindAsync(message.Delivery.Channel);
        return next?.Batch == message.Next ? new KeptPlace(place.Place, next!.Batch, next.SaleOpens) : null;
    }

    // By order, of all orders of these buyers that await payment.
    private async Task<Dictionary<long, DateTimeOffset>> FindPayBysAsync(Alias[] buyers)
    {
        if (buyers.Length == 0) return [];
        var pages = await grains.GetGrain<ISaleBatchGrain>(batch).ListOrdersOfEachAsync(buyers);
        return pages.SelectMany(page => page.Orders).Where(order => order.Status == OrderStatus.AwaitingPayment)
            .ToDictionary(order => order.Seq, order => order.PayBy);
    }

    private async Task<Dictionary<Alias, string>> FindUsersAsync(Alias[] aliases)
    {
        if (aliases.Length == 0) return [];
        var users = await grains.GetGrain<IRosterGrain>(batch).FindUsersAsync(aliases);
        return aliases.Zip(users).Where(pair => pair.Second is not null)
            .ToDictionary(pair => pair.First, pair => pair.Second!);
    }
}

/// <summary>The user of a message.</summary>
/// <param name="Alias">Their alias.</param>
/// <param name="Channel">Their channel.</param>
/// <param name="News">What they are told, with the deadline in force.</param>
internal sealed record Recipient(Alias Alias, string Channel, News News);
