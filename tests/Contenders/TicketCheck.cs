using Microsoft.AspNetCore.Http;
using OrleansSale.Api.Sales.Tickets;

namespace OrleansSale.Tests.Contenders;

/// <summary>The ticket as the only credential, checked by the engine's own code.</summary>
internal sealed class TicketCheck(TicketSigner tickets)
{
    private const string Scheme = "Ticket ";

    /// <summary>The user of a genuine ticket for this batch; null: there is no such ticket.</summary>
    public string? UserOf(HttpContext http, string batch) =>
        http.Request.Headers.Authorization is [{ } header]
            && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && tickets.TryVerify(header.AsSpan(Scheme.Length).Trim(), batch, out var ticket)
            ? ticket.User
            : null;
}
