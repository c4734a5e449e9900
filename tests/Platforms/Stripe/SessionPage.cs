using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OrleansSale.Tests.Platforms.Stripe;

/// <summary>
/// The page of a session, on which anybody pays who has its address. Like Stripe it tells the merchant's endpoint of
/// the payment, waits for its answer, and then sends the buyer back.
/// </summary>
internal sealed class SessionPage(StripeBooks books) : IDisposable
{
    /// <summary>Where the pages are: before the id of a session.</summary>
    public const string Path = "/c/pay/";

    private readonly HttpClient _http = new();

    /// <summary>Answers a browser.</summary>
    /// <param name="http">What it asks for: the page, or to pay.</param>
    /// <param name="id">The session.</param>
    /// <param name="endpoint">The merchant's endpoint for events; null: none.</param>
    /// <param name="now">The present instant.</param>
    /// <exception cref="HttpRequestException">The endpoint did not take the event.</exception>
    public async Task AnswerAsync(HttpContext http, string id, Uri? endpoint, DateTimeOffset now)
    {
        var session = Array.Find(books.Sessions, one => (string?)one["id"] == id);
        if ((string?)session?["status"] != "open")
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        if (HttpMethods.IsPost(http.Request.Method))
        {
            var paid = books.Pay((string)session["client_reference_id"]!);
            if (endpoint is not null) await TellAsync(endpoint, paid, now);
            http.Response.StatusCode = StatusCodes.Status303SeeOther;
            http.Response.Headers.Location = (string)session["success_url"]!;
            return;
        }
        http.Response.ContentType = "text/html; charset=utf-8";
        await http.Response.WriteAsync(
            $"""
            <!doctype html><html lang="en"><title>Checkout</title><p id="amount">{session["amount_total"]}
            {WebUtility.HtmlEncode((string?)session["currency"])}</p>
            <form method="post"><button id="pay">Pay</button></form></html>
            """);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task TellAsync(Uri endpoint, JsonObject paid, DateTimeOffset now)
    {
        var body = StripeEvent.Of("checkout.session.completed", paid, now);
        using var told = new HttpRequestMessage(HttpMethod.Post, endpoint);
        told.Content = new StringContent(body, Encoding.UTF8, "application/json");
        told.Headers.Add("Stripe-Signature", StripeEvent.Sign(body, now));
        using var answer = await _http.SendAsync(told);
        answer.EnsureSuccessStatusCode();
    }
}
