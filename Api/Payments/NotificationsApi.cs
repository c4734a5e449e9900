using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Api.Payments;

/// <summary>Where payment providers post their notifications.</summary>
public static class NotificationsApi
{
    /// <summary>Maps the endpoint of each provider, and that of one that is the only one.</summary>
    public static void MapNotifications(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/payments/notifications", ReceiveOfSoleAsync).WithTags("Payments")
            .WithSummary("The webhook of the only payment provider").Produces(204)
            .Described("ReceiveNotification", Refusals());
        app.MapPost("/api/payments/notifications/{provider}", ReceiveOfAsync).WithTags("Payments")
            .WithSummary("A payment provider's webhook").Produces(204)
            .Described("ReceiveNotificationOf", Refusals());
    }

    private static EndpointDescription Refusals() => EndpointDescription.Open(
        Refusal.InvalidRequest, Refusal.Unauthenticated, Refusal.NotFound, Refusal.TooLarge, Refusal.Overloaded,
        Refusal.Unavailable);

    private static async Task<IResult> ReceiveOfSoleAsync(
        HttpContext http, NotificationReaders readers, NotificationReceiver receiver) =>
        readers.TryFindSole(out var provider) ? await ReceiveOfAsync(provider, http, readers, receiver)
        : Problem.Of(Refusal.NotFound);

    private static async Task<IResult> ReceiveOfAsync(
        string provider, HttpContext http, NotificationReaders readers, NotificationReceiver receiver) =>
        readers.TryFind(provider, out var reader) ? await receiver.ReceiveAsync(http, provider, reader)
        : Problem.Of(Refusal.NotFound);
}
