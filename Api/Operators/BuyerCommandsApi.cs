using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Api.Operators;

/// <summary>
/// The operators' commands that concern one buyer, and the approval of commands that need two operators. Callers who
/// are not signed in are answered unauthenticated, and callers who are not operators forbidden.
/// </summary>
public static class BuyerCommandsApi
{
    private const string Waiting = """
        202: the command waits for a second operator, who approves it by its key before its time has passed. The same
        request again tells whether it still waits.
        """;

    private static readonly EndpointDescription OnOrder =
        EndpointDescription.Operators(Refusal.NotFound, Refusal.Conflict, Refusal.SaleClosed).WithBody().WithKey();

    private static readonly EndpointDescription Holding = EndpointDescription.Operators(
        Refusal.NotFound, Refusal.Conflict, Refusal.SaleClosed, Refusal.SaleNotOpen, Refusal.Paused,
        Refusal.LimitReached, Refusal.SoldOut).WithBody().WithKey();

    /// <summary>Maps the endpoints.</summary>
    public static void MapBuyerCommands(this IEndpointRouteBuilder app)
    {
        var batch = app.MapGroup("/api/operator/batches/{batch}").WithTags("Operators");
        batch.MapPost("/grant", GrantAsync).WithSummary("Hold units for a user").WithDescription(Waiting)
            .Accepts<GrantBody>("application/json")
            .Produces<OperatorOrderBody>(201).Produces<OperatorOrderBody>(200).Produces<ProposalBody>(202)
            .Described("Grant", Holding with { Refusals = [.. Holding.Refusals, Refusal.NotEligible] });
        batch.MapPost("/approve", ApproveAsync).WithSummary("Approve another operator's command")
            .Accepts<ApproveBody>("application/json").Produces<ApprovedBody>()
            .Described("Approve", Holding with { TakesKey = false });
        batch.MapGet("/proposals", ListAsync).WithSummary("The commands that wait for a second operator")
            .Produces<ProposalList>()
            .Described("ListProposals", EndpointDescription.Operators(Refusal.InvalidRequest, Refusal.NotFound));
        var order = app.MapGroup("/api/operator/orders/{order}").WithTags("Operators");
        MapChange(order, BuyerAction.Cancel, "Cancel an order that awaits payment");
        MapChange(order, BuyerAction.Refund, "Refund a paid order");
        MapChange(order, BuyerAction.Revive, "Hold units for an expired order again").WithDescription(Waiting)
            .Produces<ProposalBody>(202);
        order.MapPost("/ship", ShipAsync).WithSummary("Say that a paid order is on its way")
            .Accepts<ShipBody>("application/json").Produces<OperatorOrderBody>().Described("ShipOrder", OnOrder);
    }

    private static RouteHandlerBuilder MapChange(RouteGroupBuilder order, BuyerAction action, string summary) =>
        order.MapPost($"/{action.ToString().ToLowerInvariant()}",
                (HttpContext http, string order, BuyerCommands commands) => ChangeAsync(http, order, action, commands))
            .WithSummary(summary).Accepts<ReasonCodeBody>("application/json").Produces<OperatorOrderBody>()
            .Described(action == BuyerAction.Cancel ? "CancelOrderByOperator" : $"{action}Order",
                action == BuyerAction.Revive ? Holding : OnOrder);

    private static async Task<IResult> GrantAsync(HttpContext http, string batch, BuyerCommands commands)
    {
        var (caller, key, problem) = await FindAsync(http);
        if (problem is not null) return problem;
        var (body, invalid) = await RequestBody.ReadAsync(http, OperatorJson.Wire.GrantBody);
        if (invalid is not null) return invalid;
        return Answer(http, await commands.GrantAsync(
            batch, body!.User, body.Units ?? 1, ReasonNames.Of(body.Reason), caller!.User, key), mayBeNew: true);
    }

    private static async Task<IResult> ChangeAsync(
        HttpContext http, string order, BuyerAction action, BuyerCommands commands)
    {
        var (caller, key, problem) = await FindAsync(http);
        if (problem is not null) return problem;
        var (body, invalid) = await RequestBody.ReadAsync(http, OperatorJson.Wire.ReasonCodeBody);
        if (invalid is not null) return invalid;
        return Answer(
            http, await commands.ChangeAsync(action, order, ReasonNames.Of(body!.Reason), caller!.User, key));
    }

    private static async Task<IResult> ShipAsync(HttpContext http, string order, BuyerCommands commands)
    {
        var (caller, key, problem) = await FindAsync(http);
        if (problem is not null) return problem;
        var (body, invalid) = await RequestBody.ReadAsync(http, OperatorJson.Wire.ShipBody);
        if (invalid is not null) return invalid;
        var reason = body!.Reason is { } code ? ReasonNames.Of(code) : CancelReason.Unstated;
        return Answer(http, await commands.ShipAsync(order, body.Tracking, reason, caller!.User, key));
    }

    private static async Task<IResult> ApproveAsync(HttpContext http, string batch, BuyerCommands commands)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        var (body, invalid) = await RequestBody.ReadAsync(http, OperatorJson.Wire.ApproveBody);
        if (invalid is not null) return invalid;
        _ = KeyHash.TryParse(body!.Key, out var command);
        var answer = await commands.ApproveAsync(batch, command, caller!.User);
        return answer.Refused is { } refusal
            ? Problem.Of(refusal, answer.Detail)
            : Reply.Ok(new ApprovedBody(answer.Value!.Effect, answer.Value.Order), OperatorJson.Wire.ApprovedBody);
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, string batch, string? after, string? limit, CatalogueCopy catalogue, Proposals proposals)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (_, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (await catalogue.FindAsync(batch) is null) return Problem.Of(Refusal.NotFound);
        if (Paging.Read(limit, out var count) is { } badLimit) return badLimit;
        if (Paging.ReadAfterNumber(after, out var from) is { } badAfter) return badAfter;
        return Reply.Ok(await proposals.ListAsync(batch, from, count), OperatorJson.Wire.ProposalList);
    }

    private static async ValueTask<(Caller? Caller, string? Key, Problem? Problem)> FindAsync(HttpContext http)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return (null, null, problem);
        var badKey = IdempotencyKey.Read(http.Request, out var key);
        return (caller, key, badKey);
    }

    private static IResult Answer(HttpContext http, Answer<CommandDone> answer, bool mayBeNew = false)
    {
        if (answer.Refused is { } refusal) return Problem.Of(refusal, answer.Detail);
        var done = answer.Value!;
        if (done.Proposal is { } proposal) return Reply.Accepted(proposal, OperatorJson.Wire.ProposalBody);
        return mayBeNew && done.Effect == Effect.Done
            ? Reply.Created(http, $"/api/orders/{done.Order!.Id}", done.Order, OperatorJson.Wire.OperatorOrderBody)
            : Reply.Ok(done.Order!, OperatorJson.Wire.OperatorOrderBody);
    }
}
